//! Registered operations: what clients have said beforehand that they will ask, and where that is kept.
//!
//! - [`RegisteredOperation`] is a document under an id, [`OperationSet`] those of one client, [`Snapshot`] those of all;
//! - [`manifest`] reads what clients' build tools write: Apollo's and Relay's manifests, and folders of documents;
//! - [`RegistryStore`] keeps them: [`FolderStore`] in a folder, one file for each client, [`SqlStore`] in a database,
//!   [`RedisStore`] on a Redis server.
//!
//! **Invariants.** What is registered under an id never becomes another document: it is revoked, or it stays. A change is
//! seen whole or not at all. Everything that is read is bounded. An id is only ever compared, and is no part of a file's
//! name.
//!
//! It validates and plans nothing: an operation here is text. It knows no HTTP.

mod client;
mod error;
mod folder;
pub mod manifest;
mod operation;
mod redis_store;
mod snapshot;
mod sql;
mod store;

pub use client::{ClientName, InvalidClientName};
pub use error::RegistryError;
pub use folder::FolderStore;
pub use operation::{DOCUMENT_BYTES_MAX, ID_CHARACTERS_MAX, RegisteredOperation, id_of_text, is_id};
pub use redis_store::RedisStore;
pub use snapshot::{Conflict, OPERATIONS_MAX, OperationSet, Snapshot};
pub use sql::SqlStore;
pub use store::{Published, RegistryStore, Version};
