//! Composition from outside: the public audit, the graph of this repository, and each error in its situation.

mod accepted;
mod api_text;
mod audit;
mod changes;
mod contracts;
mod errors;
mod graph;
mod printing;
mod situations;
mod sources;
