//! identity at its boundary: its REST paths, its graph and its events, on both engines.

mod account;
mod demonstration;
mod house;
mod schema;
mod user;
