//! The fields that the planner itself selects, for keys and requirements, and the response keys they stand under.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::Argument;
use apollo_compiler::{Name, Node};
use router_schema::{FieldSet, FieldSetField, Supergraph, TypeId, TypeSet};

use super::Solver;
use super::position::Position;
use crate::operation::{Arena, EntryId, ListId, Selected, SelectedField};
use crate::plan::Condition;

/// A field and its arguments: what the value under a response key means.
type Meaning = (Name, Vec<Node<Argument>>);

/// Response keys for internal fields that no field of the client uses for something else.
#[derive(Debug)]
pub(super) struct InternalNames {
    /// Response keys of the client, each with the one thing it always stands for; none when it stands for several.
    taken: HashMap<Name, Option<Meaning>>,
    given: HashMap<Meaning, Name>,
    used: HashSet<Name>,
}

impl InternalNames {
    pub(super) fn new(supergraph: &Supergraph, arena: &Arena) -> Self {
        let mut taken: HashMap<Name, Option<Meaning>> = HashMap::new();
        for selected in arena.entries() {
            let SelectedField::Field(field) = selected.field else {
                taken.insert(selected.response_key.clone(), None);
                continue;
            };
            let meaning = (supergraph.field(field).name.clone(), selected.arguments.clone());
            taken
                .entry(selected.response_key.clone())
                .and_modify(|known| *known = known.take().filter(|known| *known == meaning))
                .or_insert(Some(meaning));
        }
        Self { used: taken.keys().cloned().collect(), taken, given: HashMap::new() }
    }

    /// The response key of a field with these arguments: its own name where that is free, else one that nobody uses.
    fn response_key(&mut self, name: &Name, arguments: &[Node<Argument>]) -> Name {
        let meaning = (name.clone(), arguments.to_vec());
        if let Some(key) = self.given.get(&meaning) {
            return key.clone();
        }
        let is_free = match self.taken.get(name) {
            Some(known) => known.as_ref() == Some(&meaning),
            None => arguments.is_empty(),
        };
        let key = if is_free { name.clone() } else { self.unused(name) };
        self.used.insert(key.clone());
        self.given.insert(meaning, key.clone());
        key
    }

    fn unused(&self, name: &Name) -> Name {
        let numbered = (0..).map(|number| Name::new_unchecked(&format!("_{name}_{number}")));
        numbered.into_iter().find(|key| !self.used.contains(key)).expect("invariant: numbers do not end")
    }
}

impl Solver<'_> {
    /// The entries for a field set on the objects of a position, each with the flag.
    pub(super) fn internal_entries(
        &mut self,
        position: &Position,
        set: &FieldSet,
        is_key: bool,
    ) -> Vec<(EntryId, bool)> {
        let types = position.types.clone();
        let mut entries: Vec<(EntryId, bool)> = Vec::new();
        for field in &set.fields {
            let Some(entry) = self.internal_entry(position.ty, &types, field) else { continue };
            if !entries.iter().any(|(known, _)| *known == entry) {
                entries.push((entry, is_key));
            }
        }
        entries
    }

    pub(super) fn internal_entry(&mut self, ty: TypeId, types: &TypeSet, field: &FieldSetField) -> Option<EntryId> {
        let condition = self.supergraph.type_definition(field.parent);
        let narrowed = types.intersection(&condition.possible_types);
        let is_whole = types.is_subset(&condition.possible_types);
        let (parent, possible) = if is_whole { (ty, types.clone()) } else { (field.parent, narrowed) };
        if possible.is_empty() {
            return None;
        }
        let Some(named) = field.field else { return Some(self.internal_typename(parent, possible, Vec::new())) };
        // A field on a wider type may be missing on the position's own when that is a union.
        let named = self.supergraph.field_id(parent, &field.name).unwrap_or(named);
        let definition = self.supergraph.field(named);
        let below = self.supergraph.type_definition(definition.named_type);
        let children: Vec<_> = field
            .selections
            .fields
            .iter()
            .filter_map(|child| self.internal_entry(below.id, &below.possible_types, child))
            .collect();
        let children = if children.is_empty() { ListId::EMPTY } else { self.arena.intern_list(children) };
        let response_key = self.names.response_key(&definition.name, &field.arguments);
        Some(self.arena.intern_internal(Selected {
            response_key,
            field: SelectedField::Field(named),
            parent: definition.parent,
            possible,
            arguments: field.arguments.clone(),
            conditions: Vec::new(),
            children,
            filled: Vec::new(),
            deferred: None,
        }))
    }

    pub(super) fn internal_typename(
        &mut self,
        parent: TypeId,
        possible: TypeSet,
        conditions: Vec<Condition>,
    ) -> EntryId {
        self.arena.intern_internal(Selected {
            response_key: Name::new_static_unchecked("__typename"),
            field: SelectedField::Typename,
            parent,
            possible,
            arguments: Vec::new(),
            conditions,
            children: ListId::EMPTY,
            filled: Vec::new(),
            deferred: None,
        })
    }

    /// Whether two internal fields of one name give one value in a representation: equal arguments all the way down.
    pub(super) fn is_mergeable(
        &self,
        left_list: ListId,
        right_list: ListId,
        left: &Selected,
        right: &Selected,
    ) -> bool {
        left.response_key == right.response_key
            && self.arena.list(left_list).iter().all(|left| {
                self.arena.list(right_list).iter().all(|right| {
                    let (left, right) = (self.arena.entry(*left), self.arena.entry(*right));
                    left.field != right.field || self.is_mergeable(left.children, right.children, left, right)
                })
            })
    }
}
