//! Which arguments the objects further up a path can fill (`@fromContext`).

use std::collections::BTreeSet;

use router_schema::{ContextArgument, FieldId, SubgraphId, Supergraph, TypeId};

use super::branch::Branch;
use super::reach::Reach;

/// The contextual arguments that can be filled at a place, by their indexes in [`Contexts::arguments`].
pub(super) type Fillable = BTreeSet<usize>;

/// Every argument of the graph that a context fills. Mostly none.
pub(super) struct Contexts<'s> {
    arguments: Vec<(FieldId, SubgraphId, &'s ContextArgument)>,
}

impl<'s> Contexts<'s> {
    pub(super) fn of(supergraph: &'s Supergraph) -> Self {
        let fields = supergraph.types().iter().flat_map(|ty| ty.fields.values().copied());
        let places = fields.flat_map(|field| supergraph.subgraphs().iter().map(move |subgraph| (field, subgraph.id)));
        let arguments = places.flat_map(|(field, subgraph)| {
            let here = supergraph.field_in_subgraph(field, subgraph);
            here.into_iter()
                .flat_map(move |here| here.context_arguments.iter().map(move |argument| (field, subgraph, argument)))
        });
        Self { arguments: arguments.collect() }
    }

    /// Whether every contextual argument of the field in the subgraph can be filled.
    pub(super) fn can_fill(&self, field: FieldId, subgraph: SubgraphId, fillable: &Fillable) -> bool {
        self.arguments
            .iter()
            .enumerate()
            .filter(|(_, (known, at, _))| *known == field && *at == subgraph)
            .all(|(index, _)| fillable.contains(&index))
    }

    /// What can be filled below an object of type `ty`: the nearest object that sets a context is the one that counts.
    pub(super) fn below(&self, reach: &mut Reach<'_>, ty: TypeId, branches: &[Branch], above: &Fillable) -> Fillable {
        let mut fillable = above.clone();
        for (index, (_, _, argument)) in self.arguments.iter().enumerate() {
            let setter = argument.setters.iter().find(|setter| {
                setter.ty == ty || reach.supergraph.type_definition(setter.ty).possible_types.contains(ty)
            });
            let Some(setter) = setter else { continue };
            let can_select = branches.iter().any(|branch| {
                let reached = reach.closure(ty, branch);
                reach.can_select(ty, &reached, &setter.selection)
            });
            if can_select {
                fillable.insert(index);
            } else {
                fillable.remove(&index);
            }
        }
        fillable
    }
}
