//! What administrators may do from the playground: run operations as others, and read why.

mod acting;
mod clients;
mod escalation;
mod explaining;
mod graph;
pub(crate) mod log;
