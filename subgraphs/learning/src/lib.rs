//! The subgraph `learning`: categories, courses and their lessons.

pub mod domain;
pub mod events;
pub mod service;
mod store;
