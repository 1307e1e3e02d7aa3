//! What the tests are written with: a router in front of two scripted subgraphs, and an issuer of tokens.
//!
//! [`Graph`] builds a router from settings and scripts; [`Graph::post`] and its kin send it a request and give a
//! [`TestReply`]. [`Scripted`] is a subgraph: what it answers is a closure, what it was asked it remembers. [`Issuer`]
//! mints tokens, sound or not.

mod graph;
mod issuer;
mod scripted;

pub(crate) use graph::{Graph, GraphBuilder, TestReply, supergraph};
pub(crate) use issuer::{AUDIENCE, ISSUER, Issuer};
pub(crate) use scripted::{Outcome, Scripted, reply};
