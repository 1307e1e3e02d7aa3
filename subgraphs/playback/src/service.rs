//! What people do while they watch, and what becomes of it.

pub(crate) mod crediting;
mod deck;
pub(crate) mod ending;
pub(crate) mod entitlement;
mod error;
pub(crate) mod following;
pub(crate) mod forgetting;
pub(crate) mod idling;
pub(crate) mod loaders;
pub(crate) mod looking_back;
pub(crate) mod ranking;
pub(crate) mod recording;
#[cfg(test)]
pub(crate) mod stage;
pub(crate) mod starting;

pub(crate) use deck::Deck;
pub(crate) use error::{ServiceError, ServiceResult};
