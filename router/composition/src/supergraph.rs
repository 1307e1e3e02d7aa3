//! Writes the supergraph: the merged types, and the `link` and `join` machinery that routers read.

mod features;
mod header;
mod print;

use features::Features;

use crate::merge::Merged;
use crate::subgraph::Subgraph;

/// The text of the supergraph. The same merged types always give the same text.
pub(crate) fn supergraph_sdl(subgraphs: &[Subgraph], merged: &Merged) -> String {
    let features = Features::of(merged);
    let mut definitions: Vec<(String, String)> = merged
        .types
        .iter()
        .map(|(name, ty)| (name.to_string(), print::type_definition(ty)))
        .chain(header::types(subgraphs, merged, features))
        .collect();
    definitions.sort_by_key(|(name, _)| (name.to_lowercase(), name.clone()));
    let mut directives = header::directives(merged, features);
    directives.sort_by_key(|(name, _)| (name.to_lowercase(), name.clone()));

    let mut parts = vec![header::schema_definition(merged, features)];
    parts.extend(directives.into_iter().map(|(_, text)| text));
    parts.extend(definitions.into_iter().map(|(_, text)| text));
    parts.join("\n\n") + "\n"
}
