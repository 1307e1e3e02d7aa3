//! The query plan: what to ask of which subgraph, with which inputs, after which other fetches.

mod display;
mod grouped;
mod json;

pub use grouped::{GroupedDocument, GroupedSite, numbered};

use apollo_compiler::Name;
use router_schema::SubgraphId;

/// The fetches that together resolve one operation. The reply is then projected from the merged data by the client's
/// own operation, so a plan says nothing of the reply's shape.
///
/// Every position whose type in the graph is abstract has a `__typename` in the merged data. A subgraph that knows the
/// interface only as an `@interfaceObject` gives the interface's own name there; when the object's type matters, a later
/// fetch brings it, and it replaces the interface's name. While it does not matter (the client selects only fields of
/// the interface), the interface's name stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPlan {
    /// In an order in which every fetch stands after all it depends on. [`FetchId`] is the index in this list.
    pub fetches: Vec<Fetch>,
    /// The parts that may be delivered later (`@defer`). [`PartId`] is the index in this list.
    pub deferred: Vec<DeferredPart>,
    /// Of a subscription, the fetch that is answered by a stream: each of its events begins the others anew.
    pub subscription: Option<FetchId>,
}

/// The index of a part in [`QueryPlan::deferred`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub usize);

/// A fragment with `@defer`, at one place of the response.
///
/// It is complete when its own fetches, and those of the parts around it and of the first answer, are done. A part without
/// fetches comes with the part around it: its fields could not be asked for separately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferredPart {
    /// Its label, when the client gave one.
    pub label: Option<String>,
    /// The response keys that lead to it; lists have none.
    pub path: Vec<Name>,
    /// The part around it; none for one within the first answer.
    pub parent: Option<PartId>,
    /// It is deferred only while this variable is true; none: always.
    pub variable: Option<Name>,
}

/// The index of a fetch in [`QueryPlan::fetches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub usize);

/// One request to one subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Whom to ask.
    pub subgraph: SubgraphId,
    /// What is sent.
    pub document: FetchDocument,
    /// Where the answer goes.
    pub target: FetchTarget,
    /// The fetches whose data this one's inputs need, or, in a mutation, that must be finished before it may begin
    /// (GraphQL section 6.2.2: the root fields of a mutation run serially). Ascending.
    pub depends_on: Vec<FetchId>,
    /// When all of these hold; a fetch with a false condition is skipped together with nothing else. Empty: always.
    pub conditions: Vec<Condition>,
    /// And when all of one of these hold; none: always. Everything that is asked for is under conditions of its own, or
    /// brings inputs for fetches that are: without any of it there is nothing to ask.
    pub alternatives: Vec<Vec<Condition>>,
    /// Response keys that had to be changed in the document. Mostly empty.
    pub renames: Vec<Rename>,
    /// The part of the answer that needs it; none for the first answer.
    pub part: Option<PartId>,
}

/// A response key of a fetch's reply that stands for another.
///
/// Two object types behind an interface may have fields of one name whose types differ in this subgraph though not in
/// the graph (`ID!` and `ID`). A subgraph refuses both under one response key (GraphQL section 5.3.2), so one of them is
/// asked for under another. Wherever `sent` occurs in the reply, at any depth, its value is merged as `response_key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The key in the document and the reply. The document uses it for nothing else.
    pub sent: Name,
    /// The key in the merged data.
    pub response_key: Name,
}

/// A GraphQL operation as it is sent to a subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchDocument {
    /// The document, minified, with exactly one operation in it.
    pub text: String,
    /// The operation's name in `text`, for the subgraph's logs.
    pub operation_name: Option<Name>,
    /// The client's variables that `text` uses; their values are forwarded when the client gave them.
    pub variables: Vec<Name>,
    /// The parts of `text`, when a site takes values from contexts: entities with different values are asked for in
    /// groups, and the document has to name each group.
    pub grouped: Option<Box<GroupedDocument>>,
}

/// A client variable that `@skip` or `@include` tests.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition {
    /// The Boolean variable.
    pub variable: Name,
    /// The value it must have.
    pub expected: bool,
}

/// Where a fetch takes its inputs from and puts its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchTarget {
    /// A root operation: its `data` is merged into the root of the response.
    Root,
    /// An `_entities` request: one site per aliased `_entities` field in the document, in document order.
    Entities(Vec<EntitySite>),
}

/// One `_entities` field of a fetch: which objects of the merged data it reads its representations from and extends.
///
/// Several sites in one fetch are sibling joins to the same subgraph that are sent as a single request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitySite {
    /// The response key of this `_entities` field (`_entities` when it stands alone).
    pub response_key: Name,
    /// The variable in the document that takes this site's list of representations.
    pub representations_variable: Name,
    /// The positions in the merged data.
    pub path: Vec<PathSegment>,
    /// How an object at `path` becomes a representation. The first whose [`Representation::on_types`] holds the
    /// object's runtime type is used; an object that none fits is left out.
    pub representations: Vec<Representation>,
    /// The variables whose values come from objects further up (`@fromContext`). Mostly none. Entities whose values are
    /// equal are one group.
    pub context_variables: Vec<ContextVariable>,
}

/// A variable of a fetch whose value comes from an object around the entities (`@context`, `@fromContext`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextVariable {
    /// Its name in the document.
    pub name: Name,
    /// The objects that may have the value. The first that is of a type that counts gives it, even if it is null; when
    /// there is no such object, or the value is absent, the entity is left out of the request.
    pub sources: Vec<ContextSource>,
}

/// An object around an entity, and what of it is the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSource {
    /// How many response keys above the entity it stands; lists do not count.
    pub keys_up: usize,
    /// The runtime types that count; empty: any.
    pub on_types: Vec<Name>,
    /// The way to the value: one leaf, or a list of them, below these selections.
    pub selections: Vec<RepresentationSelection>,
}

/// One step from the root of the merged data to the objects of an [`EntitySite`].
///
/// Lists, of any depth, are walked through without a segment of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathSegment {
    /// Into the value under this response key.
    Key(Name),
    /// Only on through objects whose runtime type (`__typename`) is one of these.
    OnTypes(Vec<Name>),
}

/// How an object becomes an entry of an `_entities(representations:)` list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// The runtime types it fits; empty: any, without looking at `__typename`.
    pub on_types: Vec<Name>,
    /// The `__typename` that is sent: the entity's type, or the interface's name for an `@interfaceObject`.
    pub type_name: Name,
    /// The key fields, and those that `@requires` adds. When a non-nullable one of them is absent, or a key field is
    /// null, the object is left out of the request and its fields stay null.
    pub fields: Vec<RepresentationField>,
}

/// One field of a representation, copied from the merged data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationField {
    /// Its name in the representation, as the subgraph's schema spells it.
    pub name: Name,
    /// The key it stands under in the merged data; differs from `name` when the planner had to alias it.
    pub response_key: Name,
    /// True for a field of the `@key`, which must not be null; false for one that only `@requires` asks for.
    pub is_key: bool,
    /// For a composite field, what is copied of each object in it; empty for a leaf.
    pub selections: Vec<RepresentationSelection>,
}

/// A part of a composite representation field, under a type condition where the field is abstract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationSelection {
    /// The runtime types this part is copied for; empty: any.
    pub on_types: Vec<Name>,
    /// The field copied.
    pub field: RepresentationField,
}
