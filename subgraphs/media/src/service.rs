//! What people do with files: send them, play them, fetch them, delete them; and what becomes of files in time.

pub(crate) mod access;
mod archive;
pub(crate) mod attaching;
mod by_store;
pub(crate) mod completing;
pub(crate) mod deleting;
pub(crate) mod downloading;
mod error;
mod inspecting;
pub(crate) mod loaders;
mod paces;
pub(crate) mod receiving;
pub(crate) mod scanning;
pub(crate) mod tending;
pub(crate) mod tickets;
pub(crate) mod uploading;

pub(crate) use archive::Archive;
pub(crate) use error::{ServiceError, ServiceResult};
pub(crate) use paces::Paces;
