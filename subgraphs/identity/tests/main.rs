//! identity at its boundary: its REST paths, its graph and its events, on both engines.

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod account;
mod administration;
mod avatars;
mod bodies;
mod demonstration;
mod description;
mod guessing;
mod hostile;
mod house;
mod moving;
mod notifications;
mod organisations;
mod ownership;
mod partner_administration;
mod partners;
mod password_resets;
mod people;
mod phone;
mod problems;
mod refreshing;
mod schema;
mod secrets;
mod sessions;
mod unfamiliar;
mod user;
mod watching;
