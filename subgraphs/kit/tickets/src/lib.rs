//! Tickets: what one subgraph has decided, in a form that it, or a sister, believes later without asking again.
//!
//! - [`Sealer`] seals a list of fields with HMAC-SHA-256 under a key derived from those that all subgraphs share, one key
//!   for each purpose, and recognises its seals.
//! - [`StreamPass`] says that somebody may play something for some minutes: media writes it, playback reads it.
//!
//! Invariants:
//! - A seal of one purpose, list of fields or key is none of another: fields are hashed with their lengths.
//! - Seals are compared in constant time. A key that is no longer in the ring makes its seals void.

mod pass;
mod seal;

pub use pass::StreamPass;
pub use seal::{SEAL_BYTES, Seal, Sealer};
