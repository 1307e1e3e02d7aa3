//! The operation in the form the planner works on: fragments written out, equal fields merged, type conditions as sets.

mod normalise;
mod selected;

pub(crate) use normalise::{Visitor, normalise, visit_selections};
pub(crate) use selected::{
    Arena, Boundary, BoundaryId, EntryId, FilledArgument, FilledFrom, FilledValue, ListId, Selected, SelectedField,
};
