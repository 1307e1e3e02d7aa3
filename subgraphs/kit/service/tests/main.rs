//! A small subgraph, started and asked over HTTP as the router does it.

mod events;
mod health;
mod requests;
mod rest;
mod sample;
mod stage;
mod stopping;
