//! Who asks, what they may do, and how a subgraph knows that it is true (P10, P11).
//!
//! How the parts meet:
//!
//! - [`Viewer`] is the caller of one request: a service that acts, and the user for whom, if one is signed in. Its
//!   checks ([`Viewer::require_user`], [`Viewer::require_scope`], [`Viewer::self_or_scope`]) answer with a [`Refusal`].
//! - [`Role`] and [`Scope`] are the vocabulary; [`Role::scopes`] is the map between them, which identity writes into
//!   access tokens. Checks ask for scopes, never for roles.
//! - [`RequestVerifier`] makes a [`Viewer`] of the two headers of a request, and [`RequestSigner`] makes the headers;
//!   docs/reference/signed-requests.md is the contract between them. [`KeyRing`] holds the shared keys.
//!
//! Invariants:
//! - A viewer that came over a wire was signed for this subgraph, this request and this body, within [`SKEW_MAX_MS`].
//! - Keys are compared in constant time and never shown, not even by `Debug`.
//! - An unknown role or scope gives nothing: it is passed over.
//!
//! - A request that changes something and has an id is heard once by each verifier and its clones.
//!
//! What it does not do: verify access tokens (the router does), say which requests change something, or know of GraphQL
//! errors and HTTP responses: kit-graph and kit-service map what is refused here.

mod authorization;
mod key_ring;
mod signature;
mod viewer;

pub use authorization::{Refusal, Role, Scope};
pub use key_ring::{KEY_BYTES_MIN, KEY_ID_LENGTH_MAX, KeyRing, KeyRingError, SharedKey};
pub use signature::{
    RequestSigner, RequestToVerify, RequestVerifier, SIGNATURE_BYTES_MAX, SIGNATURE_HEADER, SKEW_MAX_MS,
    SignatureError, SignedHeaders, VIEWER_BYTES_MAX, VIEWER_HEADER,
};
pub use viewer::{Client, ROUTER, SignedInUser, Viewer};
