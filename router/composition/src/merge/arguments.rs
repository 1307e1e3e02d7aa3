//! Merges arguments and, with the same rules, single input fields.

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use apollo_compiler::collections::IndexSet;
use apollo_compiler::{Name, Node};

use super::type_references::{DeclaredType, Direction};
use super::{Declared, Merge, join};
use crate::{ErrorCode, HintCode};

/// What an input value belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum InputKind {
    /// An argument of a field.
    Argument,
    /// A field of an input object.
    Field,
}

impl Merge<'_> {
    /// The arguments that every resolving subgraph accepts.
    pub(super) fn merge_arguments(
        &mut self,
        on: &str,
        fields: &[Declared<'_, FieldDefinition>],
    ) -> Vec<Node<InputValueDefinition>> {
        let names: IndexSet<Name> =
            fields.iter().flat_map(|(_, field)| field.arguments.iter().map(|argument| argument.name.clone())).collect();
        let mut merged = Vec::new();
        for name in names {
            let having: Vec<Declared<'_, InputValueDefinition>> =
                fields.iter().filter_map(|(index, field)| Some((*index, &**field.argument_by_name(&name)?))).collect();
            let on = format!("{on}({name}:)");
            if self.is_contextual(&on, &having) {
                continue;
            }
            if having.len() < fields.len() {
                self.report_missing_argument(&on, &name, &having, fields);
                continue;
            }
            merged.push(Node::new(self.merge_input_value(&on, InputKind::Argument, &having).0));
        }
        merged
    }

    fn report_missing_argument(
        &mut self,
        on: &str,
        name: &Name,
        having: &[Declared<'_, InputValueDefinition>],
        fields: &[Declared<'_, FieldDefinition>],
    ) {
        let lacking: Vec<_> = fields.iter().filter(|(_, field)| field.argument_by_name(name).is_none()).collect();
        let places = having
            .iter()
            .map(|(index, value)| {
                (*index, value.name.location(), if value.is_required() { "required" } else { "declared" })
            })
            .chain(lacking.iter().map(|(index, field)| (*index, field.name.location(), "lacks the argument")))
            .map(|(index, span, label)| (&self.subgraphs[index], span, label.to_owned()));
        let lacking = self.names(lacking.iter().map(|(index, _)| *index));
        if having.iter().any(|(_, value)| value.is_required()) {
            let requiring = self.names(having.iter().filter(|(_, value)| value.is_required()).map(|(index, _)| *index));
            self.findings.error(
                ErrorCode::RequiredArgumentMissingInSomeSubgraph,
                format!("the argument \"{on}\" is required in {requiring} but unknown in {lacking}"),
                places,
                "Add the argument everywhere, or make it nullable or give it a default where it is required.",
            );
        } else {
            let message = format!("the argument \"{on}\" is unknown in {lacking}; clients cannot send it");
            self.findings.hint(HintCode::InconsistentArgumentPresence, message, places);
        }
    }

    /// Merges one argument or input field; also says whether every subgraph gives it the same type.
    pub(super) fn merge_input_value(
        &mut self,
        on: &str,
        kind: InputKind,
        declared: &[Declared<'_, InputValueDefinition>],
    ) -> (InputValueDefinition, bool) {
        let types: Vec<DeclaredType<'_>> = declared
            .iter()
            .map(|(index, value)| DeclaredType { subgraph: *index, ty: &value.ty, span: value.name.location() })
            .collect();
        let code = match kind {
            InputKind::Argument => ErrorCode::FieldArgumentTypeMismatch,
            InputKind::Field => ErrorCode::FieldTypeMismatch,
        };
        let merged_type = self.merge_types(on, code, Direction::Input, &types);
        let default_value = self.merge_default(on, kind, declared);
        let applied: Vec<_> =
            declared.iter().map(|(index, value)| (*index, value.directives.iter().collect())).collect();
        let directives = self.merge_directives(on, &applied);
        let merged = InputValueDefinition {
            description: self
                .merge_description(on, declared.iter().map(|(index, value)| (*index, value.description.as_ref()))),
            name: Name::new_unchecked(&declared[0].1.name),
            ty: Node::new(merged_type.ty),
            default_value,
            directives: join::member_directives(directives),
        };
        (merged, merged_type.is_uniform)
    }

    /// The default that every subgraph gives. Without one in some of them there is none: the supergraph cannot promise it.
    fn merge_default(
        &mut self,
        on: &str,
        kind: InputKind,
        declared: &[Declared<'_, InputValueDefinition>],
    ) -> Option<Node<apollo_compiler::ast::Value>> {
        let first = declared.iter().find_map(|(_, value)| value.default_value.as_ref())?;
        let places = declared.iter().map(|(index, value)| {
            let label =
                value.default_value.as_ref().map_or("no default".to_owned(), |value| format!("default {value}"));
            (&self.subgraphs[*index], value.name.location(), label)
        });
        if declared.iter().filter_map(|(_, value)| value.default_value.as_ref()).any(|value| value != first) {
            let code = match kind {
                InputKind::Argument => ErrorCode::FieldArgumentDefaultMismatch,
                InputKind::Field => ErrorCode::InputFieldDefaultMismatch,
            };
            let message = format!("the default of \"{on}\" differs between subgraphs");
            self.findings.error(code, message, places, "Give it the same default everywhere.");
        } else if declared.iter().any(|(_, value)| value.default_value.is_none()) {
            let message = format!("\"{on}\" has a default in some subgraphs only; the supergraph gives it none");
            self.findings.hint(HintCode::InconsistentDefaultValuePresence, message, places);
            return None;
        }
        Some(first.clone())
    }
}
