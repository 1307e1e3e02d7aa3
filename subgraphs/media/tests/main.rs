//! media at its boundary: its graph, its REST paths, its events and its share of the demonstration, on both engines.

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod demonstration;
mod description;
mod events;
mod graph;
mod house;
mod rest;
mod s3;
mod scanning;
