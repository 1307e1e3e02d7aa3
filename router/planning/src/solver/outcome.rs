//! What a solved position is.

use std::collections::BTreeSet;
use std::rc::Rc;

use router_schema::{SubgraphId, TypeId, TypeSet};

use crate::operation::EntryId;

/// What `@provides` makes available at a position, as an id in the solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ProvidedId(pub(super) usize);

impl ProvidedId {
    pub(super) const NOTHING: Self = Self(0);
}

/// How far the fetch that brings an object has come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Progress {
    /// What `@provides` on the way promises.
    pub(super) provided: ProvidedId,
    /// How many response keys above the object the fetch began; [`Progress::ROOT_KEYS`] for a root fetch. Only counted in
    /// graphs with contexts: a value from an object above where the fetch began is there in time.
    pub(super) keys: usize,
}

impl Progress {
    pub(super) const ROOT_KEYS: usize = usize::MAX;

    /// Of a fetch that begins at the object.
    pub(super) const START: Self = Self { provided: ProvidedId::NOTHING, keys: 0 };
}

/// A position below a field: which subgraph brought it, as which type of that subgraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(super) subgraph: SubgraphId,
    pub(super) ty: TypeId,
    pub(super) progress: Progress,
}

/// A subgraph and the type by which an object is known there: its own, or that of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Seat {
    pub(crate) subgraph: SubgraphId,
    pub(crate) ty: TypeId,
}

/// A solved position.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The first is the fetch that brought the position (at the root: no fetch); the others start here.
    pub(crate) nodes: Vec<Node>,
    /// What no fetch can resolve from here; the position's parent may know another way.
    pub(crate) missing: Vec<EntryId>,
    /// The object types that can stand here.
    pub(crate) types: TypeSet,
    /// What it costs.
    pub(crate) cost: Cost,
}

/// A fetch, as far as one position is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Whom it asks, and as what; none for the root of the operation.
    pub(crate) seat: Option<Seat>,
    /// How many fetches after the position's own it can answer.
    pub(crate) depth: usize,
    /// The fields it resolves.
    pub(crate) placed: Vec<Placed>,
    /// What it needs to be entered; empty for the first node and for root fetches.
    pub(crate) inputs: Vec<Input>,
    /// The runtime types whose objects enter; empty: all.
    pub(crate) on_types: TypeSet,
}

/// A field that a node needs, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// The field, with everything that is needed of its value.
    pub(crate) entry: EntryId,
    /// Whether it belongs to the key.
    pub(crate) is_key: bool,
    /// Which nodes bring it: index of the node, index in [`Node::placed`].
    pub(crate) sources: Vec<(usize, usize)>,
}

/// Something that a node resolves.
#[derive(Debug, Clone)]
pub(crate) enum Placed {
    /// A field, named on a type of the subgraph, and the position below it.
    Field {
        /// The field.
        entry: EntryId,
        /// The type it is named on.
        parent: TypeId,
        /// The position below; none for a leaf.
        child: Option<Rc<Outcome>>,
    },
    /// A solution for the same position that starts from this node.
    Here(Rc<Outcome>),
}

/// The price of a solution. Lower is better: first depth, then requests, then lateness, then size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The longest chain of fetches after the position's own.
    pub(super) depth: usize,
    /// The requests after the position's own. Those to one subgraph at the same depth count once, as they are merged.
    pub(super) requests: BTreeSet<(usize, SubgraphId)>,
    /// Selected fields, each times the fetches that it waits for: of two plans with equally many fetches the one that
    /// has more of the answer earlier is better, as less of it is lost when a later fetch fails. Saturating.
    pub(super) lateness: usize,
    /// Selected fields. Saturating: types that multiply on every level exceed any number.
    pub(super) size: usize,
}

/// What alternatives are compared by: depth, requests, lateness, size.
pub(super) type Rank = (usize, usize, usize, usize);

impl Cost {
    /// What alternatives are compared by.
    pub(super) fn rank(&self) -> Rank {
        (self.depth, self.requests.len(), self.lateness, self.size)
    }

    /// Adds one selected field that `depth` fetches come before.
    pub(super) fn add_field(&mut self, depth: usize) {
        self.lateness = self.lateness.saturating_add(depth);
        self.size = self.size.saturating_add(1);
    }

    /// Adds the cost of something that starts `depth` fetches later.
    pub(super) fn add(&mut self, other: &Self, depth: usize) {
        self.depth = self.depth.max(depth + other.depth);
        self.requests.extend(other.requests.iter().map(|(at, subgraph)| (depth + at, *subgraph)));
        let later = other.size.saturating_mul(depth);
        self.lateness = self.lateness.saturating_add(other.lateness).saturating_add(later);
        self.size = self.size.saturating_add(other.size);
    }

    /// Adds one request.
    pub(super) fn add_request(&mut self, depth: usize, subgraph: SubgraphId) {
        self.depth = self.depth.max(depth);
        self.requests.insert((depth, subgraph));
    }

    /// Whether everything comes with the position's own fetch.
    pub(super) fn is_local(&self) -> bool {
        self.requests.is_empty()
    }
}

impl Outcome {
    /// Whether less is missing, or it costs less.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        (self.missing.len(), self.cost.rank()) < (other.missing.len(), other.cost.rank())
    }

    /// Nothing resolved.
    pub(super) fn unresolved(place: Place, missing: Vec<EntryId>) -> Self {
        let seat = Seat { subgraph: place.subgraph, ty: place.ty };
        Self { nodes: vec![Node::first(Some(seat))], missing, types: TypeSet::new(), cost: Cost::default() }
    }
}

impl Node {
    /// The node that brought a position.
    pub(super) fn first(seat: Option<Seat>) -> Self {
        Self { seat, depth: 0, placed: Vec::new(), inputs: Vec::new(), on_types: TypeSet::new() }
    }
}
