//! What composes, and to what.

mod directives;
mod federation_1;
mod merging;

use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use router_composition::{Composition, SubgraphSource, compose};
use router_schema::Supergraph;

/// A graph that must compose.
#[track_caller]
pub(crate) fn composed(subgraphs: &[SubgraphSource]) -> Composed {
    let composition = compose(subgraphs).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let supergraph = Supergraph::parse(&composition.supergraph_sdl).unwrap_or_else(|error| panic!("{error}"));
    Composed { composition, supergraph }
}

/// A composed graph, loaded.
pub(crate) struct Composed {
    pub(crate) composition: Composition,
    pub(crate) supergraph: Supergraph,
}

impl Composed {
    /// A field of the supergraph, as text.
    pub(crate) fn field(&self, ty: &str, field: &str) -> String {
        self.definition(ty, field).expect("the field is there").to_string()
    }

    pub(crate) fn definition(&self, ty: &str, field: &str) -> Option<&FieldDefinition> {
        match self.supergraph.full_schema().types.get(ty)? {
            ExtendedType::Object(object) => object.fields.get(field).map(|field| &***field),
            ExtendedType::Interface(interface) => interface.fields.get(field).map(|field| &***field),
            _ => None,
        }
    }

    /// The values of an enum.
    pub(crate) fn values(&self, ty: &str) -> Vec<&str> {
        let ty = self.supergraph.full_schema().get_enum(ty).expect("the enum is there");
        ty.values.keys().map(Name::as_str).collect()
    }

    /// The codes of the hints.
    pub(crate) fn hints(&self) -> Vec<&str> {
        self.composition.hints.iter().map(|hint| hint.code.as_str()).collect()
    }
}
