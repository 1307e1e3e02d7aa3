//! Directives for operations: clients may use those that every subgraph defines.

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::{Name, Node};

use super::presence::At;
use super::{Declared, Merge};
use crate::HintCode;

/// Directives that every GraphQL service has, or that routers themselves bring.
const GIVEN: [&str; 7] = ["skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"];

impl Merge<'_> {
    /// The definitions that are in all subgraphs, with the locations that all allow.
    pub(super) fn executable_directives(&mut self) -> Vec<Node<DirectiveDefinition>> {
        let names: IndexSet<Name> = self
            .subgraphs
            .iter()
            .flat_map(|subgraph| subgraph.schema.directive_definitions.values())
            .filter(|definition| !definition.is_built_in() && !GIVEN.contains(&definition.name.as_str()))
            .filter(|definition| definition.locations.iter().any(|location| is_executable(*location)))
            .map(|definition| definition.name.clone())
            .collect();
        names.iter().filter_map(|name| self.executable_directive(name)).collect()
    }

    fn executable_directive(&mut self, name: &Name) -> Option<Node<DirectiveDefinition>> {
        let subgraphs = self.subgraphs;
        let what = format!("the directive \"@{name}\" for operations");
        let declared: Vec<Declared<'_, DirectiveDefinition>> = subgraphs
            .iter()
            .enumerate()
            .filter_map(|(index, subgraph)| Some((index, &**subgraph.schema.directive_definitions.get(name)?)))
            .collect();
        let having: Vec<At> = declared.iter().map(|(index, definition)| (*index, definition.name.location())).collect();
        if declared.len() < subgraphs.len() {
            let is_lacking = |index: &usize| declared.iter().all(|(having, _)| having != index);
            let lacking: Vec<At> = (0..subgraphs.len()).filter(is_lacking).map(|index| (index, None)).collect();
            self.hint_presence(HintCode::InconsistentExecutableDirectivePresence, &what, &having, &lacking);
            return None;
        }
        let (_, first) = declared[0];
        if declared.iter().any(|(_, own)| own.arguments != first.arguments) {
            return None;
        }
        let mut shared = DirectiveDefinition::clone(first);
        shared.locations.retain(|location| {
            is_executable(*location) && declared.iter().all(|(_, own)| own.locations.contains(location))
        });
        shared.repeatable = declared.iter().all(|(_, own)| own.repeatable);
        let places = || having.iter().map(|(index, span)| (&subgraphs[*index], *span, "defined here".to_owned()));
        if shared.locations.is_empty() {
            let message = format!("{what} has no location that all subgraphs allow; clients cannot use it");
            self.findings.hint(HintCode::NoExecutableDirectiveIntersection, message, places());
            return None;
        }
        if declared.iter().any(|(_, own)| own.repeatable != shared.repeatable) {
            let message = format!("{what} can be repeated in some subgraphs only; clients cannot repeat it");
            self.findings.hint(HintCode::InconsistentExecutableDirectiveRepeatable, message, places());
        }
        let executable = |own: &DirectiveDefinition| own.locations.iter().filter(|at| is_executable(**at)).count();
        if declared.iter().any(|(_, own)| executable(own) != shared.locations.len()) {
            let message =
                format!("{what} has different locations in different subgraphs; those that all allow are kept");
            self.findings.hint(HintCode::InconsistentExecutableDirectiveLocations, message, places());
        }
        Some(Node::new(shared))
    }
}

/// Whether a directive at this location stands in operations.
pub(crate) fn is_executable(location: DirectiveLocation) -> bool {
    use DirectiveLocation as At;
    matches!(
        location,
        At::Query
            | At::Mutation
            | At::Subscription
            | At::Field
            | At::FragmentDefinition
            | At::FragmentSpread
            | At::InlineFragment
            | At::VariableDefinition
    )
}
