//! What people do with courses and memberships, and what becomes of both in time.

#[cfg(test)]
mod a_year;
pub(crate) mod abandoned;
pub(crate) mod completing;
pub(crate) mod departing;
pub(crate) mod enrolling;
pub(crate) mod entitlements;
mod error;
pub(crate) mod loaders;
pub(crate) mod payment;
pub(crate) mod refunding;
pub(crate) mod renewing;
#[cfg(test)]
mod stage;
pub(crate) mod subscribing;
mod till;

pub(crate) use error::{ServiceError, ServiceResult};
pub(crate) use till::Till;
