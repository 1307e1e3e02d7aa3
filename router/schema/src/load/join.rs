//! The names and arguments of the `join` directives.

use apollo_compiler::ast::Directive;
use apollo_compiler::parser::SourceSpan;

use super::Source;
use crate::link::Links;
use crate::{SubgraphId, SupergraphDiagnostic};

/// The names that the elements of the `join` specification have in this supergraph.
pub(crate) struct JoinNames {
    pub(super) graph_enum: String,
    pub(super) graph: String,
    pub(super) owner: String,
    pub(super) ty: String,
    pub(super) field: String,
    pub(super) implements: String,
    pub(super) union_member: String,
    pub(super) enum_value: String,
}

impl JoinNames {
    pub(super) fn new(links: &Links) -> Self {
        let directive = |element| links.directive("join", element);
        Self {
            graph_enum: links.type_name("join", "Graph"),
            graph: directive("graph"),
            owner: directive("owner"),
            ty: directive("type"),
            field: directive("field"),
            implements: directive("implements"),
            union_member: directive("unionMember"),
            enum_value: directive("enumValue"),
        }
    }
}

impl Source<'_> {
    /// The subgraph that the `graph` argument names: none when there is no such argument.
    pub(super) fn graph(&self, directive: &Directive) -> Result<Option<SubgraphId>, SupergraphDiagnostic> {
        let Some(value) = directive.specified_argument_by_name("graph").filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let known = value.as_enum().and_then(|name| self.subgraphs_by_graph.get(name));
        known
            .copied()
            .map(Some)
            .ok_or_else(|| self.fault(value.location(), format!("{value} is not a member of {}", self.join.graph_enum)))
    }

    pub(super) fn fault(&self, at: Option<SourceSpan>, message: impl Into<String>) -> SupergraphDiagnostic {
        SupergraphDiagnostic::at(at, &self.schema.sources, message)
    }
}

/// A string argument.
pub(super) fn text<'d>(directive: &'d Directive, argument: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(argument)?.as_str()
}

/// A Boolean argument; absent is none.
pub(super) fn flag(directive: &Directive, argument: &str) -> Option<bool> {
    directive.specified_argument_by_name(argument)?.to_bool()
}
