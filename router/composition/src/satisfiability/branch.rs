//! Where a value may have been found.

use router_schema::{FieldInSubgraph, FieldSet, FieldSetField, SubgraphId, Supergraph, TypeId};

/// A value, found in one subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Branch {
    pub(super) subgraph: SubgraphId,
    /// What the value is there: its object type, or the interface that an `@interfaceObject` stands for.
    pub(super) local: TypeId,
    /// What a `@provides` on the way promised of it.
    pub(super) provided: Vec<FieldSetField>,
}

impl Branch {
    /// What `@provides` promises below one field of the value.
    pub(super) fn provided_below(&self, name: &str, field: &FieldInSubgraph) -> Vec<FieldSetField> {
        let nested = self.provided.iter().filter(|provided| provided.name == name);
        let mut below: Vec<FieldSetField> =
            nested.flat_map(|provided| provided.selections.fields.iter().cloned()).collect();
        below.extend(field.provides.iter().flat_map(|set: &FieldSet| set.fields.iter().cloned()));
        below
    }

    /// Whether `@provides` promises a field of the value, which is of the object type `ty`.
    pub(super) fn provides(&self, supergraph: &Supergraph, ty: TypeId, name: &str) -> bool {
        self.provided.iter().any(|provided| {
            provided.name == name
                && (provided.parent == self.local
                    || supergraph.type_definition(provided.parent).possible_types.contains(ty))
        })
    }

    /// The branch when the value turns out to be of the object type `ty`; none when it cannot be.
    pub(super) fn narrowed_to(&self, supergraph: &Supergraph, ty: TypeId) -> Option<Self> {
        let here = supergraph.type_in_subgraph(self.local, self.subgraph)?;
        if here.is_interface_object {
            let stands_for = supergraph.type_definition(self.local).possible_types.contains(ty);
            return stands_for.then(|| self.clone());
        }
        here.possible_types.contains(ty).then(|| Self { local: ty, ..self.clone() })
    }
}

/// The branches when the value is of the object type `ty`; none when one of the subgraphs cannot return that type,
/// because then it does not occur.
pub(super) fn narrow(supergraph: &Supergraph, branches: &[Branch], ty: TypeId) -> Option<Vec<Branch>> {
    branches.iter().map(|branch| branch.narrowed_to(supergraph, ty)).collect()
}
