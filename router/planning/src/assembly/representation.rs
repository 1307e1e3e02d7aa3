//! What an entity fetch sends of each object.

use apollo_compiler::Name;
use router_schema::TypeId;

use super::Assembly;
use crate::operation::{EntryId, ListId, SelectedField};
use crate::plan::{Representation, RepresentationField, RepresentationSelection};
use crate::solver::Node;

impl Assembly<'_, '_> {
    /// How an object becomes a representation for a node that knows it as `ty`.
    pub(super) fn representation(&self, node: &Node, ty: TypeId) -> Representation {
        let mut fields: Vec<RepresentationField> = Vec::new();
        for input in &node.inputs {
            let field = self.representation_field(input.entry, input.is_key);
            merge_field(&mut fields, field);
        }
        Representation {
            on_types: self.type_names(&node.on_types),
            type_name: self.solver.supergraph.type_definition(ty).name.clone(),
            fields,
        }
    }

    fn representation_field(&self, entry: EntryId, is_key: bool) -> RepresentationField {
        let selected = self.solver.arena.entry(entry);
        let (name, selections) = match selected.field {
            SelectedField::Typename => (Name::new_static_unchecked("__typename"), Vec::new()),
            SelectedField::Field(field) => {
                let definition = self.solver.supergraph.field(field);
                (
                    definition.name.clone(),
                    self.representation_selections(selected.children, definition.named_type, is_key),
                )
            }
        };
        RepresentationField { name, response_key: selected.response_key.clone(), is_key, selections }
    }

    pub(super) fn representation_selections(
        &self,
        list: ListId,
        ty: TypeId,
        is_key: bool,
    ) -> Vec<RepresentationSelection> {
        let definition = self.solver.supergraph.type_definition(ty);
        let mut selections = Vec::new();
        if list != ListId::EMPTY && definition.kind.is_abstract() {
            // The subgraph cannot know the type of an object it did not make.
            let name = Name::new_static_unchecked("__typename");
            let field = RepresentationField { response_key: name.clone(), name, is_key: false, selections: Vec::new() };
            selections.push(RepresentationSelection { on_types: Vec::new(), field });
        }
        for entry in self.solver.arena.list(list) {
            let possible = &self.solver.arena.entry(*entry).possible;
            let is_for_all = definition.possible_types.is_subset(possible);
            let on_types = if is_for_all { Vec::new() } else { self.type_names(possible) };
            let field = self.representation_field(*entry, is_key);
            if !selections.iter().any(|known| known.on_types == on_types && known.field == field) {
                selections.push(RepresentationSelection { on_types, field });
            }
        }
        selections
    }
}

/// Adds a field; one of the same name takes the other's selections.
fn merge_field(fields: &mut Vec<RepresentationField>, field: RepresentationField) {
    let Some(known) = fields.iter_mut().find(|known| known.name == field.name) else {
        fields.push(field);
        return;
    };
    known.is_key |= field.is_key;
    for selection in field.selections {
        merge_selection(&mut known.selections, selection);
    }
}

fn merge_selection(selections: &mut Vec<RepresentationSelection>, selection: RepresentationSelection) {
    let same = |known: &&mut RepresentationSelection| {
        known.on_types == selection.on_types && known.field.name == selection.field.name
    };
    match selections.iter_mut().find(same) {
        Some(known) => {
            for below in selection.field.selections {
                merge_selection(&mut known.field.selections, below);
            }
        }
        None => selections.push(selection),
    }
}
