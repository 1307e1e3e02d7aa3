//! The use cases: they own transactions and publish events.

pub(crate) mod enrolling;
pub(crate) mod loaders;
pub(crate) mod payment;
