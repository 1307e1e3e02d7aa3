//! From a value in one subgraph to the subgraphs that it can be looked up in, and to the fields they resolve.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::OperationType;
use router_schema::{FieldInSubgraph, FieldSet, SubgraphId, Supergraph, TypeId};

use super::branch::{Branch, narrow};
use super::contexts::{Contexts, Fillable};

/// Whether the graph has progressive overrides.
pub(super) fn has_labels(supergraph: &Supergraph) -> bool {
    supergraph
        .types()
        .iter()
        .flat_map(|ty| ty.fields.values())
        .any(|field| supergraph.field(*field).in_subgraphs.iter().flatten().any(|here| here.override_label.is_some()))
}

/// Answers what can be reached, and remembers.
pub(super) struct Reach<'s> {
    pub(super) supergraph: &'s Supergraph,
    labels_are_on: bool,
    roots: Vec<TypeId>,
    known: HashMap<(TypeId, Branch), Vec<Branch>>,
    /// What is being computed further up, with what is found so far. Meeting it again gives just that; the computation
    /// further up goes on until nothing new is found.
    pending: HashMap<(TypeId, Branch), Vec<Branch>>,
    /// The fields whose requirements are being looked at. A field that needs itself cannot be had.
    pending_fields: HashSet<(TypeId, String, SubgraphId)>,
    /// How often something pending was met: results found meanwhile hold only there and are not remembered.
    cuts: usize,
}

impl<'s> Reach<'s> {
    pub(super) fn new(supergraph: &'s Supergraph, labels_are_on: bool) -> Self {
        let roots = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
        Self {
            supergraph,
            labels_are_on,
            roots: roots.into_iter().filter_map(|operation| supergraph.root_type(operation)).collect(),
            known: HashMap::new(),
            pending: HashMap::new(),
            pending_fields: HashSet::new(),
            cuts: 0,
        }
    }

    /// The values of a field of an object of type `ty`, over all ways from the branches.
    pub(super) fn resolve(
        &mut self,
        ty: TypeId,
        branches: &[Branch],
        name: &str,
        (contexts, fillable): (&Contexts<'_>, &Fillable),
    ) -> Vec<Branch> {
        let mut values = Vec::new();
        for branch in branches {
            let reached = self.closure(ty, branch);
            let mut found = self.resolve_directly(ty, &reached, name);
            for branch in &reached {
                found.extend(self.resolve_from_context(ty, branch, name, (contexts, fillable)));
            }
            for value in found {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        values
    }

    /// The value of a field with arguments that contexts fill. The object must be looked up again with them.
    fn resolve_from_context(
        &mut self,
        ty: TypeId,
        branch: &Branch,
        name: &str,
        (contexts, fillable): (&Contexts<'_>, &Fillable),
    ) -> Option<Branch> {
        let field = self.usable_field(ty, branch, name).filter(|field| !field.context_arguments.is_empty())?;
        let id = self.supergraph.field_id(branch.local, name)?;
        let reached = self.closure(ty, branch);
        let is_filled = contexts.can_fill(id, branch.subgraph, fillable) && self.can_enter(ty, &reached, branch);
        let is_met = match &field.requires {
            Some(requires) => self.can_require(ty, branch, name, requires),
            None => true,
        };
        let provided = branch.provided_below(name, field);
        let value = Branch { subgraph: branch.subgraph, local: field.named_type, provided };
        (is_filled && is_met).then_some(value)
    }

    /// Every subgraph in which the object can be had, starting from one: itself, and those with a key whose fields can
    /// be had. For a root type these are all that have it.
    pub(super) fn closure(&mut self, ty: TypeId, start: &Branch) -> Vec<Branch> {
        let key = (ty, start.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if let Some(so_far) = self.pending.get(&key) {
            self.cuts += 1;
            return so_far.clone();
        }
        let cuts_before = self.cuts;
        let mut reached = vec![start.clone()];
        self.pending.insert(key.clone(), reached.clone());
        while let Some(next) = self.next_reached(ty, &reached) {
            reached.push(next);
            self.pending.insert(key.clone(), reached.clone());
        }
        self.pending.remove(&key);
        let is_outermost = self.pending.is_empty() && self.pending_fields.is_empty();
        if self.cuts == cuts_before || is_outermost {
            self.known.insert(key, reached.clone());
        }
        reached
    }

    fn next_reached(&mut self, ty: TypeId, reached: &[Branch]) -> Option<Branch> {
        for subgraph in self.supergraph.subgraphs() {
            for local in self.locals(ty, subgraph.id) {
                let branch = Branch { subgraph: subgraph.id, local, provided: Vec::new() };
                if !reached.contains(&branch) && self.can_enter(ty, reached, &branch) {
                    return Some(branch);
                }
            }
        }
        None
    }

    /// What an object of type `ty` can be in a subgraph: itself, or an `@interfaceObject` above it.
    pub(super) fn locals(&self, ty: TypeId, subgraph: SubgraphId) -> Vec<TypeId> {
        let definition = self.supergraph.type_definition(ty);
        let here = |id: TypeId| self.supergraph.type_in_subgraph(id, subgraph);
        let own = here(ty).map(|_| ty);
        let above = definition.interfaces.iter().copied();
        own.into_iter().chain(above.filter(|id| here(*id).is_some_and(|here| here.is_interface_object))).collect()
    }

    /// Whether the object's type can be known on this branch. An `@interfaceObject` does not tell it: some subgraph that
    /// defines the interface must be entered by its key.
    pub(super) fn knows_type(&mut self, ty: TypeId, branch: &Branch) -> bool {
        if branch.local == ty {
            return true;
        }
        let reached = self.closure(ty, branch);
        let subgraphs = self.supergraph.subgraphs();
        subgraphs.iter().any(|subgraph| {
            let here = self.supergraph.type_in_subgraph(branch.local, subgraph.id);
            here.is_some_and(|here| {
                !here.is_interface_object
                    && here.keys.iter().any(|key| key.resolvable && self.can_select(ty, &reached, &key.fields))
            })
        })
    }

    /// Whether the object can be looked up in the branch's subgraph.
    fn can_enter(&mut self, ty: TypeId, reached: &[Branch], branch: &Branch) -> bool {
        if self.roots.contains(&ty) {
            return true;
        }
        let Some(here) = self.supergraph.type_in_subgraph(branch.local, branch.subgraph) else { return false };
        here.keys.iter().any(|key| key.resolvable && self.can_select(ty, reached, &key.fields))
    }

    /// Whether every field of the set can be had of an object of type `ty`.
    pub(super) fn can_select(&mut self, ty: TypeId, reached: &[Branch], set: &FieldSet) -> bool {
        set.fields.iter().all(|field| {
            let applies =
                field.parent == ty || self.supergraph.type_definition(field.parent).possible_types.contains(ty);
            if !applies || field.name == "__typename" {
                return true;
            }
            let values = self.resolve_directly(ty, reached, &field.name);
            !values.is_empty() && (field.selections.is_empty() || self.can_select_below(&values, &field.selections))
        })
    }

    /// The same for whatever objects the values can be.
    fn can_select_below(&mut self, values: &[Branch], set: &FieldSet) -> bool {
        let mut possible = Vec::new();
        for value in values {
            let Some(here) = self.supergraph.type_in_subgraph(value.local, value.subgraph) else { continue };
            possible.extend(here.possible_types.iter().filter(|ty| !possible.contains(ty)).collect::<Vec<_>>());
        }
        possible.into_iter().all(|ty| {
            let Some(branches) = narrow(self.supergraph, values, ty) else { return true };
            branches.iter().any(|branch| {
                let reached = self.closure(ty, branch);
                self.can_select(ty, &reached, set)
            })
        })
    }

    /// The values of a field where the object already is.
    fn resolve_directly(&mut self, ty: TypeId, reached: &[Branch], name: &str) -> Vec<Branch> {
        let mut values = Vec::new();
        for branch in reached {
            let Some(field) = self.usable_field(ty, branch, name) else { continue };
            // A key or a requirement is looked at without the way to it, and so without what contexts would fill.
            if !field.context_arguments.is_empty() {
                continue;
            }
            if field.requires.as_ref().is_some_and(|requires| !self.can_require(ty, branch, name, requires)) {
                continue;
            }
            let provided = branch.provided_below(name, field);
            let value = Branch { subgraph: branch.subgraph, local: field.named_type, provided };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// The field in the branch's subgraph, if that resolves it here.
    pub(super) fn usable_field(&self, ty: TypeId, branch: &Branch, name: &str) -> Option<&'s FieldInSubgraph> {
        let id = self.supergraph.field_id(branch.local, name)?;
        let field = self.supergraph.field_in_subgraph(id, branch.subgraph)?;
        let is_in_force = match (&field.override_label, &field.overrides) {
            (Some(_), Some(_)) => self.labels_are_on,
            (Some(_), None) => !self.labels_are_on,
            (None, _) => !field.is_overridden,
        };
        let is_resolved = !field.is_external || branch.provides(self.supergraph, ty, name);
        (is_in_force && is_resolved).then_some(field)
    }

    /// Whether what a field requires can be had from the branch on, and the object be looked up again with it.
    ///
    /// From the branch on, not from where the object was first found: a router may enter the branch before it looks for
    /// what is required.
    fn can_require(&mut self, ty: TypeId, branch: &Branch, name: &str, requires: &FieldSet) -> bool {
        let key = (ty, name.to_owned(), branch.subgraph);
        if !self.pending_fields.insert(key.clone()) {
            self.cuts += 1;
            return false;
        }
        let reached = self.closure(ty, branch);
        let can = self.can_enter(ty, &reached, branch) && self.can_select(ty, &reached, requires);
        self.pending_fields.remove(&key);
        can
    }
}
