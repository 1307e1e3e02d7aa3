//! Writes the supergraph: the merged types, and the `link` and `join` machinery that routers read.

mod header;
mod print;

use apollo_compiler::ast::Value;

use crate::merge::Merged;
use crate::subgraph::Subgraph;

/// The text of the supergraph. The same merged types always give the same text.
pub(crate) fn supergraph_sdl(subgraphs: &[Subgraph], merged: &Merged) -> String {
    let uses_labels = uses_labels(merged);
    let mut definitions: Vec<(String, String)> = merged
        .types
        .iter()
        .map(|(name, ty)| (name.to_string(), print::type_definition(ty)))
        .chain(header::types(subgraphs, merged))
        .collect();
    definitions.sort_by_key(|(name, _)| (name.to_lowercase(), name.clone()));
    let mut directives = header::directives(merged, uses_labels);
    directives.sort_by_key(|(name, _)| (name.to_lowercase(), name.clone()));

    let mut parts = vec![header::schema_definition(merged, uses_labels)];
    parts.extend(directives.into_iter().map(|(_, text)| text));
    parts.extend(definitions.into_iter().map(|(_, text)| text));
    parts.join("\n\n") + "\n"
}

/// Whether a progressive `@override` is stated, which needs a newer version of `join`.
fn uses_labels(merged: &Merged) -> bool {
    let fields = merged.types.values().filter_map(crate::subgraph::fields_of).flat_map(|fields| fields.values());
    fields.flat_map(|field| field.directives.iter()).any(|applied| {
        let label = applied.specified_argument_by_name("overrideLabel").map(|value| &**value);
        applied.name == "join__field" && matches!(label, Some(Value::String(_)))
    })
}
