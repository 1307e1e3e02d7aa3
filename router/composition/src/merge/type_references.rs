//! Merges the types of fields, arguments and input fields.

use apollo_compiler::ast::Type;
use apollo_compiler::parser::SourceSpan;

use super::Merge;
use crate::{ErrorCode, HintCode};

/// Whether values leave the graph or enter it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Clients receive values: the widest type promises what every subgraph keeps.
    Output,
    /// Clients send values: the narrowest type is what every subgraph accepts.
    Input,
}

/// The type of an element in one subgraph.
pub(super) struct DeclaredType<'s> {
    pub(super) subgraph: usize,
    pub(super) ty: &'s Type,
    pub(super) span: Option<SourceSpan>,
}

/// A merged type.
pub(super) struct MergedType {
    pub(super) ty: Type,
    /// Whether every subgraph declares the same.
    pub(super) is_uniform: bool,
}

impl Merge<'_> {
    /// The one of the declared types that serves all; reports `code` when there is none.
    pub(super) fn merge_types(
        &mut self,
        on: &str,
        code: ErrorCode,
        direction: Direction,
        declared: &[DeclaredType<'_>],
    ) -> MergedType {
        let first = declared[0].ty;
        if declared.iter().all(|declared| declared.ty == first) {
            return MergedType { ty: first.clone(), is_uniform: true };
        }
        let serves_all = |candidate: &Type| {
            declared.iter().all(|other| match direction {
                Direction::Output => self.shapes.is_subtype(other.ty, candidate),
                Direction::Input => self.shapes.is_subtype(candidate, other.ty),
            })
        };
        if let Some(found) = declared.iter().find(|declared| serves_all(declared.ty)) {
            let places = declared
                .iter()
                .map(|declared| (&self.subgraphs[declared.subgraph], declared.span, format!("is {}", declared.ty)));
            let hint = match code {
                ErrorCode::FieldArgumentTypeMismatch => HintCode::InconsistentButCompatibleArgumentType,
                _ => HintCode::InconsistentButCompatibleFieldType,
            };
            let message = format!("the type of \"{on}\" differs between subgraphs; the supergraph has {}", found.ty);
            self.findings.hint(hint, message, places);
            return MergedType { ty: found.ty.clone(), is_uniform: false };
        }
        let places = declared
            .iter()
            .map(|declared| (&self.subgraphs[declared.subgraph], declared.span, format!("is {}", declared.ty)));
        self.findings.error(
            code,
            format!("the type of \"{on}\" differs between subgraphs, and no one of them serves for all"),
            places,
            "Give it the same type everywhere; only nullability, and types that implement or belong to one another, may differ.",
        );
        MergedType { ty: first.clone(), is_uniform: false }
    }
}
