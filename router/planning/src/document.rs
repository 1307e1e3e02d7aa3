//! A fetch's GraphQL text.

mod renames;
mod selection;
mod text;

pub(crate) use renames::rename_conflicts;
pub(crate) use selection::{FieldNode, Selection};
pub(crate) use text::{EntitiesField, Root, write_document};
