//! The use cases: they own transactions and publish events.

pub(crate) mod enrolling;
pub(crate) mod payment;
