//! Walks the public schema, breadth first, so that the first query that fails is a shortest one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use router_schema::{FieldId, Supergraph, TypeId};

use super::branch::{Branch, narrow};
use super::contexts::{Contexts, Fillable};
use super::reach::Reach;
use crate::subgraph::fields_of;

/// A query path: the way to an object, the last step first.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) before: Option<Rc<Step>>,
    /// The field taken.
    pub(super) field: FieldId,
    /// The object type that its value then is.
    pub(super) narrowed_to: TypeId,
}

/// A field that cannot be resolved at the end of a path.
pub(super) struct Failure {
    pub(super) operation: OperationType,
    pub(super) path: Option<Rc<Step>>,
    /// The object type at the end of the path.
    pub(super) ty: TypeId,
    pub(super) field: FieldId,
    pub(super) kind: FailureKind,
}

/// Why it fails.
pub(super) enum FailureKind {
    /// No subgraph that can be reached resolves the field. The branches are those of the object.
    Unreachable {
        /// The subgraphs in which the object is first found.
        from: Vec<Branch>,
        /// Those and all that it can be looked up in.
        reached: Vec<Branch>,
    },
    /// Only `@interfaceObject`s resolve the field, and no subgraph that knows the type of the object can be reached.
    UnknownType(Vec<Branch>),
    /// Subgraphs share the field, but no object type can be returned by all of them.
    DisjointTypes(Vec<Branch>),
    /// Subgraphs share the field, and some return object types that others cannot. Worth a hint only.
    DifferingTypes(Vec<Branch>),
}

/// What a walk found.
#[derive(Default)]
pub(super) struct Walked {
    /// The fields that cannot be resolved, each with a shortest path.
    pub(super) failures: Vec<Failure>,
    /// The shared fields whose subgraphs return different types.
    pub(super) differing: Vec<Failure>,
    /// Whether the walk ended because it had looked at as many ways as it may.
    pub(super) is_cut_short: bool,
}

struct Place {
    operation: OperationType,
    path: Option<Rc<Step>>,
    ty: TypeId,
    branches: Vec<Branch>,
    /// What the objects above can fill.
    fillable: Fillable,
}

struct Walk<'s> {
    supergraph: &'s Supergraph,
    reach: Reach<'s>,
    contexts: Contexts<'s>,
    queue: VecDeque<Place>,
    /// The branches with which each type was already visited, and what could be filled then.
    visited: HashMap<TypeId, Vec<(Vec<Branch>, Fillable)>>,
    reported: HashSet<(TypeId, FieldId)>,
    walked: Walked,
}

/// Walks the graph; `paths_max` bounds the places times the subgraphs in which each may have been found.
pub(super) fn walk(supergraph: &Supergraph, labels_are_on: bool, paths_max: usize) -> Walked {
    let mut walk = Walk {
        supergraph,
        reach: Reach::new(supergraph, labels_are_on),
        contexts: Contexts::of(supergraph),
        queue: VecDeque::new(),
        visited: HashMap::new(),
        reported: HashSet::new(),
        walked: Walked::default(),
    };
    for operation in [OperationType::Query, OperationType::Mutation, OperationType::Subscription] {
        let Some(ty) = supergraph.root_type(operation) else { continue };
        let subgraphs =
            supergraph.subgraphs().iter().filter(|subgraph| supergraph.type_in_subgraph(ty, subgraph.id).is_some());
        let branches =
            subgraphs.map(|subgraph| Branch { subgraph: subgraph.id, local: ty, provided: Vec::new() }).collect();
        walk.visit(Place { operation, path: None, ty, branches, fillable: Fillable::new() });
    }
    let mut paths: usize = 0;
    while let Some(place) = walk.queue.pop_front() {
        paths = paths.saturating_add(place.branches.len());
        if paths > paths_max {
            walk.walked.is_cut_short = true;
            break;
        }
        walk.fields_of(&place);
    }
    walk.walked
}

impl Walk<'_> {
    /// Queues a place, unless it was seen with no more branches than now.
    fn visit(&mut self, place: Place) {
        let visited = self.visited.entry(place.ty).or_default();
        let is_known = visited.iter().any(|(known, fillable)| {
            known.iter().all(|branch| place.branches.contains(branch)) && fillable.is_subset(&place.fillable)
        });
        if !is_known {
            visited.push((place.branches.clone(), place.fillable.clone()));
            self.queue.push_back(place);
        }
    }

    fn fields_of(&mut self, place: &Place) {
        let below = self.contexts.below(&mut self.reach, place.ty, &place.branches, &place.fillable);
        for name in self.public_fields(place.ty) {
            let Some(field) = self.supergraph.field_id(place.ty, &name) else { continue };
            let values = self.reach.resolve(place.ty, &place.branches, &name, (&self.contexts, &place.fillable));
            if values.is_empty() {
                let mut reached: Vec<Branch> = Vec::new();
                for branch in &place.branches {
                    let more = self.reach.closure(place.ty, branch);
                    reached.extend(more.into_iter().filter(|branch| !reached.contains(branch)).collect::<Vec<_>>());
                }
                self.fail(place, field, FailureKind::Unreachable { from: place.branches.clone(), reached });
                continue;
            }
            self.values_of(place, field, values, &below);
        }
    }

    /// Goes on with every object type that a field's value can be.
    fn values_of(&mut self, place: &Place, field: FieldId, values: Vec<Branch>, below: &Fillable) {
        let named_type = self.supergraph.type_definition(self.supergraph.field(field).named_type);
        let mut occurs = false;
        for ty in named_type.possible_types.iter() {
            let Some(branches) = narrow(self.supergraph, &values, ty) else { continue };
            occurs = true;
            if !self.is_public(ty) {
                continue;
            }
            if !branches.iter().any(|branch| self.reach.knows_type(ty, branch)) {
                self.fail(place, field, FailureKind::UnknownType(branches));
                return;
            }
            let step = Step { before: place.path.clone(), field, narrowed_to: ty };
            let (operation, fillable) = (place.operation, below.clone());
            self.visit(Place { operation, path: Some(Rc::new(step)), ty, branches, fillable });
        }
        let can_return = |value: &Branch| {
            let here = self.supergraph.type_in_subgraph(value.local, value.subgraph);
            here.is_some_and(|here| here.possible_types.iter().next().is_some())
        };
        if !occurs && values.len() > 1 && named_type.kind.is_composite() && values.iter().all(can_return) {
            self.fail(place, field, FailureKind::DisjointTypes(values));
        } else if values.len() > 1 && self.differ(&values) && self.reported.insert((place.ty, field)) {
            self.walked.differing.push(Self::failure(place, field, FailureKind::DifferingTypes(values)));
        }
    }

    fn fail(&mut self, place: &Place, field: FieldId, kind: FailureKind) {
        if self.reported.insert((place.ty, field)) {
            self.walked.failures.push(Self::failure(place, field, kind));
        }
    }

    fn failure(place: &Place, field: FieldId, kind: FailureKind) -> Failure {
        Failure { operation: place.operation, path: place.path.clone(), ty: place.ty, field, kind }
    }

    /// Whether the subgraphs return different sets of types. One that sees only an `@interfaceObject` returns any.
    fn differ(&self, values: &[Branch]) -> bool {
        let mut sets = values.iter().filter_map(|value| {
            let here = self.supergraph.type_in_subgraph(value.local, value.subgraph)?;
            (!here.is_interface_object).then_some(&here.possible_types)
        });
        let Some(first) = sets.next() else { return false };
        sets.any(|other| !other.iter().eq(first.iter()))
    }

    fn is_public(&self, ty: TypeId) -> bool {
        self.supergraph.api_schema().types.contains_key(&self.supergraph.type_definition(ty).name)
    }

    fn public_fields(&self, ty: TypeId) -> Vec<Name> {
        let public = self.supergraph.api_schema().types.get(&self.supergraph.type_definition(ty).name);
        public.and_then(fields_of).map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }
}
