//! The whole product from outside: the built `lyceum` command over HTTP, in both of its shapes.
//!
//! [`product`] starts the command as a person would (one process) or as an operator would (a process for the router
//! and one for each subgraph) and talks to it over HTTP only. Every scenario that [`in_both_shapes`] lists runs over
//! both, with nothing but configuration between them.

#![expect(clippy::unwrap_used, reason = "a test that does not find what it looks for has failed")]

mod product;

mod auth;
mod bottleneck;
mod caching;
mod clients;
mod command;
mod databases;
mod documentation;
mod downloads;
mod durability;
mod endpoints;
mod isolation;
mod learning;
mod membership;
mod observability;
mod operations;
mod playground;
mod queries;
mod refusals;
mod registered_operations;
mod request_keys;
mod revocation;
mod studio;
mod subgraph_trust;
mod tls;
mod traces;
