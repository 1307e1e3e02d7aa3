//! Entity joins: which objects an `_entities` request extends, and how its answer is put back.

mod answer;
mod batch;
mod contexts;
mod positions;
mod representation;

pub(crate) use self::answer::{entities_of, merge_site};
pub(crate) use self::batch::Batch;
