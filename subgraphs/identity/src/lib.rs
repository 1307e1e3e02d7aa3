//! identity: accounts, sign-in and sessions, and who belongs to which company and team (domain.md 2.1, 3.1, 4.1, 4.2).

mod domain;
mod events;
mod service;
mod settings;
mod store;

pub use settings::IdentityOptions;
