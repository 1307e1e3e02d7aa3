//! Why a text is not a supergraph.

use std::fmt;

use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::validation::DiagnosticList;

/// A supergraph that cannot be used, with every fault that was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the supergraph cannot be used:{}", list(.diagnostics))]
pub struct SupergraphError {
    /// At least one, in the order of the text.
    pub diagnostics: Vec<SupergraphDiagnostic>,
}

/// One fault of a supergraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupergraphDiagnostic {
    /// What is wrong and what to do about it.
    pub message: String,
    /// Where in the text: line and column, both from 1; none when the fault is something that is missing.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for SupergraphDiagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some((line, column)) => write!(formatter, "{line}:{column}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

fn list(diagnostics: &[SupergraphDiagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| format!("\n  {diagnostic}")).collect()
}

impl SupergraphDiagnostic {
    pub(crate) fn at(span: Option<SourceSpan>, sources: &SourceMap, message: impl Into<String>) -> Self {
        let position = span.and_then(|span| span.line_column(sources)).map(|at| (at.line, at.column));
        Self { message: message.into(), position }
    }
}

impl From<SupergraphDiagnostic> for SupergraphError {
    fn from(diagnostic: SupergraphDiagnostic) -> Self {
        Self { diagnostics: vec![diagnostic] }
    }
}

impl SupergraphError {
    /// What the GraphQL compiler found.
    pub(crate) fn of(errors: &DiagnosticList) -> Self {
        let diagnostics = errors
            .iter()
            .map(|diagnostic| SupergraphDiagnostic {
                message: diagnostic.error.to_string(),
                position: diagnostic.line_column_range().map(|range| (range.start.line, range.start.column)),
            })
            .collect();
        Self { diagnostics }
    }
}
