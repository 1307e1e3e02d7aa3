//! A fetch before it is merged with others.

use std::collections::BTreeSet;

use apollo_compiler::ast::Type;
use router_schema::SubgraphId;

use super::parts::Serves;
use crate::document::Selection;
use crate::plan::{Condition, ContextVariable, PartId, PathSegment, Representation};

/// A fetch under construction.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) subgraph: SubgraphId,
    /// How many response keys below the root it begins.
    pub(super) keys: usize,
    /// Where an entity fetch starts; none for a root fetch.
    pub(super) site: Option<Site>,
    /// The variables of its selection whose values come from contexts.
    pub(super) context_variables: Vec<(ContextVariable, Type)>,
    /// The fields of the root type, or those below `_entities`.
    pub(super) selection: Selection,
    /// Which part of the answer needs it.
    pub(super) serves: Serves,
    /// Those of the fields that lead to where it starts.
    pub(super) conditions: BTreeSet<Condition>,
    /// Indexes of drafts.
    pub(super) depends_on: BTreeSet<usize>,
}

/// The inputs of an entity fetch.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) path: Vec<PathSegment>,
    pub(super) representations: Vec<Representation>,
    pub(super) context_variables: Vec<(ContextVariable, Type)>,
}

impl Draft {
    /// The part of the answer that it is fetched for.
    pub(super) fn part(&self) -> Option<PartId> {
        match self.serves {
            Serves::Part(Some(part)) => Some(PartId(part.0)),
            Serves::Part(None) | Serves::Others => None,
        }
    }

    pub(super) fn of(subgraph: SubgraphId, path: &[PathSegment]) -> Self {
        let keys = path.iter().filter(|segment| matches!(segment, PathSegment::Key(_))).count();
        Self {
            subgraph,
            keys,
            site: None,
            context_variables: Vec::new(),
            selection: Selection::default(),
            serves: Serves::default(),
            conditions: BTreeSet::new(),
            depends_on: BTreeSet::new(),
        }
    }
}
