//! A `@key` of an interface is a `@key` of each of its implementations.

use std::collections::BTreeSet;

use apollo_compiler::schema::Directive;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, parse_field_set, selected_fields, text_argument};

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, _) in subgraph.composite_types().filter(|(_, ty, _)| ty.is_interface()) {
        for key in subgraph.on_type(FederationDirective::Key, ty) {
            let Some(text) = text_argument(key, "fields") else { continue };
            let Some(wanted) = outline(subgraph, name, text) else { continue };
            let mut implementations: Vec<_> = subgraph.possible_types(name).into_iter().collect();
            implementations.sort();
            for implementation in implementations {
                let implementing = &subgraph.schema.types[&implementation];
                let has_key = subgraph.on_type(FederationDirective::Key, implementing).any(|own| {
                    let fields = text_argument(own, "fields").and_then(|text| outline(subgraph, &implementation, text));
                    fields.as_ref() == Some(&wanted) && (is_resolvable(own) || !is_resolvable(key))
                });
                if !has_key {
                    findings.error(
                        ErrorCode::InterfaceKeyNotOnImplementation,
                        format!(
                            "[{}] {implementation} implements {name} but lacks its @key(fields: \"{text}\")",
                            subgraph.name
                        ),
                        [
                            (subgraph, key.location(), "the interface's key".to_owned()),
                            (subgraph, implementing.name().location(), "lacks this key".to_owned()),
                        ],
                        format!("Add @key(fields: \"{text}\") to \"{implementation}\"."),
                    );
                }
            }
        }
    }
}

fn is_resolvable(key: &Directive) -> bool {
    key.specified_argument_by_name("resolvable").and_then(|value| value.to_bool()).unwrap_or(true)
}

/// What a key selects, whatever its order and layout: the paths of its fields.
fn outline(subgraph: &Subgraph, parent: &apollo_compiler::Name, text: &str) -> Option<BTreeSet<String>> {
    let set = parse_field_set(subgraph, parent, text).ok()?;
    let path = |field: crate::subgraph::SelectedField<'_>| {
        let mut path: String = field.around.iter().map(|(_, name)| format!("{name}.")).collect();
        path.push_str(&field.definition.name);
        path
    };
    Some(selected_fields(&set).into_iter().map(path).collect())
}
