//! A field that is computed from protected fields (`@requires`, `@fromContext`) is itself protected at least as much;
//! otherwise its value would tell what the client may not see.

use apollo_compiler::ast::{Directive, Value};
use router_schema::{FieldDefinition, FieldId, FieldSet, Supergraph, TypeId};

use crate::ErrorCode;
use crate::findings::Findings;
use crate::subgraph::{Subgraph, fields_of};

/// Checks every `@requires` and `@fromContext` of the supergraph.
pub(crate) fn check(subgraphs: &[Subgraph], supergraph: &Supergraph, findings: &mut Findings) {
    for ty in supergraph.types() {
        for field in ty.fields.values().map(|field| supergraph.field(*field)) {
            let own = Requirements::of(supergraph, field, Some(field.parent));
            let in_subgraphs = || field.in_subgraphs.iter().flatten();
            let required = in_subgraphs().filter_map(|here| here.requires.as_ref());
            let setters =
                in_subgraphs().flat_map(|here| &here.context_arguments).flat_map(|argument| &argument.setters);
            for set in required.chain(setters.map(|setter| &setter.selection)) {
                if let Some(protected) = first_unmet(supergraph, set, &own, false) {
                    report(subgraphs, supergraph, field, protected, findings);
                }
            }
        }
    }
}

fn report(
    subgraphs: &[Subgraph],
    supergraph: &Supergraph,
    field: &FieldDefinition,
    protected: FieldId,
    findings: &mut Findings,
) {
    let coordinate =
        |field: &FieldDefinition| (supergraph.type_definition(field.parent).name.clone(), field.name.clone());
    let ((ty, name), (protected_ty, protected_name)) = (coordinate(field), coordinate(supergraph.field(protected)));
    let places = |ty: &str, name: &str, label: &str| -> Vec<_> {
        let found = subgraphs
            .iter()
            .filter_map(|subgraph| Some((subgraph, subgraph.field(ty, name)?.name.location(), label.to_owned())));
        found.collect()
    };
    let mut all = places(&ty, &name, "requires it");
    all.extend(places(&protected_ty, &protected_name, "protected"));
    findings.error(
        ErrorCode::MissingTransitiveAuthRequirements,
        format!("\"{ty}.{name}\" requires \"{protected_ty}.{protected_name}\", but can be seen without what that demands"),
        all,
        format!("Give \"{ty}.{name}\" the @authenticated, @requiresScopes and @policy of \"{protected_ty}.{protected_name}\"."),
    );
}

/// The first selected field that demands more than `own`. What the types of the outermost objects demand counts only if
/// `counts_parents`: whoever asks for the field has come by them.
fn first_unmet(supergraph: &Supergraph, set: &FieldSet, own: &Requirements, counts_parents: bool) -> Option<FieldId> {
    for selected in &set.fields {
        let Some(id) = selected.field else { continue };
        // Of an interface field, any implementation may be what is read.
        let possible = supergraph.type_definition(selected.parent).possible_types.iter();
        let implementing = possible.filter_map(|ty| supergraph.field_id(ty, &selected.name));
        let unmet = std::iter::once(id).chain(implementing).find(|field| {
            let field = supergraph.field(*field);
            !Requirements::of(supergraph, field, counts_parents.then_some(field.parent)).are_met_by(own)
        });
        if let Some(found) = unmet.or_else(|| first_unmet(supergraph, &selected.selections, own, true)) {
            return Some(found);
        }
    }
    None
}

/// What a client must fulfil: each is a list of alternatives, of which one must be had in full.
#[derive(Debug, Default)]
struct Requirements {
    alternatives: Vec<(&'static str, Vec<Vec<String>>)>,
}

/// The directives, with the argument that lists the alternatives.
const DIRECTIVES: [(&str, &str); 3] = [("authenticated", ""), ("requiresScopes", "scopes"), ("policy", "policies")];

impl Requirements {
    /// Those of a field, of the type it returns and, where given, of the type it is on.
    fn of(supergraph: &Supergraph, field: &FieldDefinition, parent: Option<TypeId>) -> Self {
        let schema = supergraph.full_schema();
        let ty = |id: TypeId| schema.types.get(&supergraph.type_definition(id).name);
        let on_types = parent.into_iter().chain([field.named_type]).filter_map(ty);
        let definition = ty(field.parent).and_then(fields_of).and_then(|fields| fields.get(&field.name));
        let mut requirements = Self::default();
        for (specification, argument) in DIRECTIVES {
            let name = supergraph.directive_name(specification, specification);
            let of_field = definition.into_iter().flat_map(|field| field.directives.iter());
            let of_types = on_types.clone().flat_map(|ty| ty.directives().iter().map(|applied| &applied.node));
            for applied in of_field.chain(of_types).filter(|applied| applied.name == name.as_str()) {
                requirements.alternatives.push((specification, alternatives(applied, argument)));
            }
        }
        requirements
    }

    /// Whether a client that fulfils `other` fulfils these.
    fn are_met_by(&self, other: &Self) -> bool {
        self.alternatives.iter().all(|(directive, needed)| {
            other.alternatives.iter().any(|(own_directive, given)| {
                let is_enough = |given: &Vec<String>| {
                    needed.iter().any(|needed| needed.iter().all(|needed| given.contains(needed)))
                };
                own_directive == directive && given.iter().all(is_enough)
            })
        })
    }
}

fn alternatives(applied: &Directive, argument: &str) -> Vec<Vec<String>> {
    let Some(lists) = applied.specified_argument_by_name(argument).and_then(|value| value.as_list()) else {
        return vec![Vec::new()];
    };
    let texts = |list: &[apollo_compiler::Node<Value>]| -> Vec<String> {
        list.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect()
    };
    lists.iter().filter_map(|list| list.as_list()).map(texts).collect()
}
