//! Which directives reach the supergraph, and how their applications merge.

mod combine;
mod composed;

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, DirectiveDefinition};
use apollo_compiler::schema::ExtendedType;

use combine::Agreement;

use super::{Declared, Merge};
use crate::HintCode;
use crate::findings::Findings;
use crate::links::{DIRECTIVES, FederationDirective, Specification};
use crate::subgraph::Subgraph;

/// What a carried directive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CarriedKind {
    /// A directive of the GraphQL specification.
    BuiltIn,
    /// A directive of Federation that has a specification of its own.
    Federation(FederationDirective),
    /// A directive that a subgraph asks to carry with `@composeDirective`.
    Composed(Composed),
}

/// A directive that a subgraph asks to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Composed {
    /// The newest version that a subgraph links.
    pub(crate) specification: Specification,
    /// Its own name in that specification.
    pub(crate) element: String,
    /// Its definition in the subgraph with that version.
    pub(crate) definition: Node<DirectiveDefinition>,
}

/// A directive that reaches the supergraph.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(crate) kind: CarriedKind,
    /// Its name in the supergraph.
    pub(crate) name: String,
    is_repeatable: bool,
    /// Its name in each subgraph.
    local_names: Vec<Option<String>>,
    /// Whether the supergraph applies it.
    pub(crate) is_used: bool,
}

const BUILT_IN: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

/// The directives that these subgraphs can carry.
pub(super) fn carried(subgraphs: &[Subgraph], findings: &mut Findings) -> Vec<Carried> {
    let built_in = BUILT_IN.into_iter().map(|name| Carried {
        kind: CarriedKind::BuiltIn,
        name: name.to_owned(),
        is_repeatable: false,
        local_names: vec![Some(name.to_owned()); subgraphs.len()],
        is_used: false,
    });
    let of_federation = DIRECTIVES.iter().filter(|row| row.own.is_some()).map(|row| Carried {
        kind: CarriedKind::Federation(row.directive),
        name: row.name.to_owned(),
        is_repeatable: row.directive == FederationDirective::Tag,
        local_names: subgraphs
            .iter()
            .map(|subgraph| {
                subgraph.links.has(row.directive).then(|| subgraph.links.local_name(row.directive).to_owned())
            })
            .collect(),
        is_used: false,
    });
    built_in.chain(of_federation).chain(composed::composed(subgraphs, findings)).collect()
}

impl Merge<'_> {
    /// The name in the supergraph of a carried directive.
    pub(super) fn carried_name(&self, kind: &CarriedKind) -> String {
        let carried = self.carried.iter().find(|carried| carried.kind == *kind);
        carried.map(|carried| carried.name.clone()).unwrap_or_default()
    }

    /// Merges the directives that the subgraphs apply to one element.
    pub(super) fn merge_directives(&mut self, on: &str, applied: &[(usize, Vec<&Node<Directive>>)]) -> Vec<Directive> {
        let mut merged = Vec::new();
        for carried in &mut self.carried {
            let mut applications: Vec<(usize, &Node<Directive>)> = Vec::new();
            for (index, directives) in applied {
                let local = carried.local_names[*index].as_deref();
                let own = directives.iter().filter(|directive| Some(directive.name.as_str()) == local);
                applications.extend(own.map(|directive| (*index, *directive)));
            }
            if applications.is_empty() {
                continue;
            }
            carried.is_used = true;
            let arguments = if carried.is_repeatable {
                combine::distinct(&applications)
            } else {
                let combined = combine::combine(&carried.kind, &applications);
                let (code, done) = match combined.agreement {
                    Agreement::Same => (None, ""),
                    Agreement::Merged => (Some(HintCode::MergedNonRepeatableDirectiveArguments), "they were merged"),
                    Agreement::OneFollowed => {
                        (Some(HintCode::InconsistentNonRepeatableDirectiveArguments), "those of most of them are kept")
                    }
                };
                if let Some(code) = code {
                    let places = applications.iter().map(|(index, directive)| {
                        (&self.subgraphs[*index], directive.location(), "differs".to_owned())
                    });
                    let name = &carried.name;
                    let message = format!("\"{on}\": @{name} has different arguments in different subgraphs; {done}");
                    self.findings.hint(code, message, places);
                }
                vec![combined.arguments]
            };
            let name = apollo_compiler::Name::new_unchecked(&carried.name);
            merged.extend(arguments.into_iter().map(|arguments| Directive { name: name.clone(), arguments }));
        }
        merged
    }

    /// Merges the directives that the subgraphs apply to one type.
    pub(super) fn merge_type_directives(
        &mut self,
        name: &apollo_compiler::Name,
        declared: &[Declared<'_, ExtendedType>],
    ) -> Vec<Directive> {
        let applied: Vec<_> = declared
            .iter()
            .map(|(index, ty)| (*index, ty.directives().iter().map(|directive| &directive.node).collect()))
            .collect();
        self.merge_directives(name, &applied)
    }
}
