//! What composition says about a graph: errors that refuse it, hints that do not.

use std::fmt;

use apollo_compiler::parser::{SourceMap, SourceSpan};
use serde::Serialize;

use crate::{ErrorCode, HintCode, HintLevel};

/// A place in a subgraph's SDL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The subgraph's name.
    pub subgraph: String,
    /// The file of its SDL.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The line of what follows it, from 1.
    pub end_line: usize,
    /// The column of what follows it, from 1, in characters.
    pub end_column: usize,
    /// Where it begins in the SDL, in bytes.
    pub offset: usize,
    /// How long it is, in bytes.
    pub length: usize,
    /// What stands there.
    pub label: String,
}

impl Location {
    /// The place of `span`; none when it was not read from the subgraph's own text.
    pub(crate) fn at(
        span: Option<SourceSpan>,
        sources: &SourceMap,
        (subgraph, file): (&str, &str),
        label: impl Into<String>,
    ) -> Option<Self> {
        let span = span?;
        // Definitions that composition adds stand in a text without a name.
        if sources.get(&span.file_id())?.path().to_str() != Some(file) {
            return None;
        }
        let range = span.line_column_range(sources)?;
        Some(Self {
            subgraph: subgraph.to_owned(),
            file: file.to_owned(),
            line: range.start.line,
            column: range.start.column,
            end_line: range.end.line,
            end_column: range.end.column,
            offset: span.offset(),
            length: span.node_len(),
            label: label.into(),
        })
    }
}

/// One reason why the subgraphs do not compose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CompositionError {
    /// Which rule is broken.
    pub code: ErrorCode,
    /// What is wrong.
    pub message: String,
    /// Every place that takes part, in the order of the subgraphs; empty when what is wrong is an absence.
    pub locations: Vec<Location>,
    /// What to change.
    pub remedy: String,
}

/// Something that composes but deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// What kind of thing was noticed.
    pub code: HintCode,
    /// How much it matters.
    pub level: HintLevel,
    /// What was noticed and what was done about it.
    pub message: String,
    /// Every place that takes part.
    pub locations: Vec<Location>,
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

/// The names of subgraphs in a sentence: `"a"`, `"a" and "b"`, `"a", "b" and "c"`.
pub(crate) fn name_list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
