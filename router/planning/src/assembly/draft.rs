//! A fetch before it is merged with others.

use std::collections::BTreeSet;

use router_schema::SubgraphId;

use crate::document::Selection;
use crate::plan::{PathSegment, Representation};

/// A fetch under construction.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) subgraph: SubgraphId,
    /// Where an entity fetch starts; none for a root fetch.
    pub(super) site: Option<Site>,
    /// The fields of the root type, or those below `_entities`.
    pub(super) selection: Selection,
    /// Indexes of drafts.
    pub(super) depends_on: BTreeSet<usize>,
}

/// The inputs of an entity fetch.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) path: Vec<PathSegment>,
    pub(super) representations: Vec<Representation>,
}

impl Draft {
    pub(super) fn of(subgraph: SubgraphId) -> Self {
        Self { subgraph, site: None, selection: Selection::default(), depends_on: BTreeSet::new() }
    }
}
