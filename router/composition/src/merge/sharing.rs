//! A field that several subgraphs resolve is marked `@shareable` in all of them.

use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;

use super::Merge;
use super::fields::FieldSource;
use crate::ErrorCode;
use crate::subgraph::FieldCoordinate;

impl Merge<'_> {
    pub(super) fn check_sharing(&mut self, ty: &Name, name: &Name, sources: &[FieldSource<'_>]) {
        let coordinate = FieldCoordinate { ty: ty.clone(), field: name.clone() };
        let mut resolving: Vec<(usize, Option<SourceSpan>, bool)> = sources
            .iter()
            .filter(|source| source.overridden == super::fields::Overridden::Not)
            .filter(|source| !self.subgraphs[source.subgraph].facts.is_fully_external(&coordinate))
            .map(|source| {
                let shareable = self.subgraphs[source.subgraph].facts.is_shareable(&coordinate);
                (source.subgraph, source.field.name.location(), shareable)
            })
            .collect();
        resolving.extend(self.through_interface_objects(ty, name));
        let unmarked: Vec<usize> =
            resolving.iter().filter(|(.., shareable)| !shareable).map(|(index, ..)| *index).collect();
        if resolving.len() < 2 || unmarked.is_empty() {
            return;
        }
        let places = resolving.iter().map(|(index, span, shareable)| {
            let label = if *shareable { "shareable here" } else { "not marked @shareable here" };
            (&self.subgraphs[*index], *span, label.to_owned())
        });
        let all = self.names(resolving.iter().map(|(index, ..)| *index));
        let unmarked = self.names(unmarked.iter().copied());
        self.findings.error(
            ErrorCode::InvalidFieldSharing,
            format!("\"{ty}.{name}\" is resolved by {all}, but is not @shareable in {unmarked}"),
            places,
            "Mark it @shareable in each of them if they always return the same value; \
             else rename it, or take it over with @override.",
        );
    }

    /// Subgraphs that resolve the field of an object through an `@interfaceObject` above it.
    fn through_interface_objects(&self, ty: &Name, name: &Name) -> Vec<(usize, Option<SourceSpan>, bool)> {
        let mut found = Vec::new();
        for interface in self.shapes.interfaces(ty) {
            let coordinate = FieldCoordinate { ty: interface.clone(), field: name.clone() };
            for (index, subgraph) in self.subgraphs.iter().enumerate() {
                let Some(field) = subgraph.field(interface, name) else { continue };
                if subgraph.has_interface_object(interface)
                    && !subgraph.schema.types.contains_key(ty)
                    && !subgraph.facts.is_fully_external(&coordinate)
                {
                    found.push((index, field.name.location(), subgraph.facts.is_shareable(&coordinate)));
                }
            }
        }
        found
    }

    /// Whether an `@interfaceObject` above the object resolves the field.
    pub(super) fn comes_from_interface_object(&self, ty: &Name, name: &Name) -> bool {
        !self.through_interface_objects(ty, name).is_empty()
    }
}
