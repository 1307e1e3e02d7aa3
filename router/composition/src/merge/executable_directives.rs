//! Directives for operations: clients may use those that every subgraph defines.

use apollo_compiler::Node;
use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};

use super::Merge;

/// Directives that every GraphQL service has, or that routers themselves bring.
const GIVEN: [&str; 7] = ["skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"];

impl Merge<'_> {
    /// The definitions that are in all subgraphs, with the locations that all allow.
    pub(super) fn executable_directives(&self) -> Vec<Node<DirectiveDefinition>> {
        let Some((first, others)) = self.subgraphs.split_first() else { return Vec::new() };
        let mut common = Vec::new();
        for (name, definition) in &first.schema.directive_definitions {
            if definition.is_built_in() || GIVEN.contains(&name.as_str()) {
                continue;
            }
            let same: Option<Vec<_>> = others
                .iter()
                .map(|subgraph| subgraph.schema.directive_definitions.get(name))
                .map(|own| own.filter(|own| own.arguments == definition.arguments))
                .collect();
            let Some(same) = same else { continue };
            let mut shared = DirectiveDefinition::clone(definition);
            shared
                .locations
                .retain(|location| is_executable(*location) && same.iter().all(|own| own.locations.contains(location)));
            shared.repeatable = definition.repeatable && same.iter().all(|own| own.repeatable);
            if !shared.locations.is_empty() {
                common.push(Node::new(shared));
            }
        }
        common
    }
}

fn is_executable(location: DirectiveLocation) -> bool {
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
