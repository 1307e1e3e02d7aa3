//! What a field is computed from is seen through it: whoever may not see the one may not see the other (ADV-17, FED-21).
//!
//! Composition demands that a field with `@requires` or `@fromContext` states this itself; a supergraph composed elsewhere
//! may not.

use crate::load::Model;
use crate::{FieldId, FieldInSubgraph, FieldSet, RuleSet};

/// Adds to each field the rules of the fields that it is computed from, and of those that they are computed from.
pub(super) fn add(model: &Model, fields: &mut [RuleSet]) {
    let inputs: Vec<(FieldId, Vec<FieldId>)> = model
        .fields
        .iter()
        .map(|field| (field.id, field.in_subgraphs.iter().flatten().flat_map(|here| inputs(model, here)).collect()))
        .filter(|(_, inputs): &(_, Vec<_>)| !inputs.is_empty())
        .collect();
    // Each round takes rules one step further, and there are only so many rules to add.
    loop {
        let mut has_grown = false;
        for (field, inputs) in &inputs {
            for input in inputs {
                if !fields[input.0].is_subset(&fields[field.0]) {
                    let rules = fields[input.0].clone();
                    fields[field.0].extend(&rules);
                    has_grown = true;
                }
            }
        }
        if !has_grown {
            return;
        }
    }
}

fn inputs(model: &Model, field: &FieldInSubgraph) -> Vec<FieldId> {
    let mut inputs = Vec::new();
    let setters = field.context_arguments.iter().flat_map(|argument| &argument.setters);
    let sets = field.requires.iter().chain(setters.map(|setter| &setter.selection));
    sets.for_each(|set| add_selected(model, set, &mut inputs));
    inputs
}

/// Of an interface's field, any implementation may be what is read.
fn add_selected(model: &Model, set: &FieldSet, inputs: &mut Vec<FieldId>) {
    for selected in &set.fields {
        let possible = model.types[selected.parent.0].possible_types.iter();
        let on_objects = possible.filter_map(|ty| model.types[ty.0].fields.get(&selected.name).copied());
        inputs.extend(selected.field.into_iter().chain(on_objects));
        add_selected(model, &selected.selections, inputs);
    }
}
