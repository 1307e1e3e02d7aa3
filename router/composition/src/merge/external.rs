//! An `@external` declaration repeats the field that it stands for.

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};

use super::Merge;
use super::fields::FieldSource;
use crate::ErrorCode;

impl Merge<'_> {
    pub(super) fn check_external(
        &mut self,
        on: &str,
        merged: &FieldDefinition,
        is_uniform: bool,
        sources: &[FieldSource<'_>],
    ) {
        for source in sources.iter().filter(|source| source.is_external) {
            let subgraph = &self.subgraphs[source.subgraph];
            let place = |label: String| [(subgraph, source.field.name.location(), label)];
            let fits =
                source.field.ty == merged.ty || (!is_uniform && self.shapes.is_subtype(&source.field.ty, &merged.ty));
            if !fits {
                self.findings.error(
                    ErrorCode::ExternalTypeMismatch,
                    format!(
                        "[{}] \"{on}\" is @external with the type {}, but is {}",
                        subgraph.name, source.field.ty, merged.ty
                    ),
                    place(format!("is {}", source.field.ty)),
                    format!("Declare it as {}, as the subgraph that resolves it does.", merged.ty),
                );
            }
            for argument in &merged.arguments {
                let Some(own) = source.field.argument_by_name(&argument.name) else {
                    self.findings.error(
                        ErrorCode::ExternalArgumentMissing,
                        format!("[{}] the @external \"{on}\" lacks the argument \"{}\"", subgraph.name, argument.name),
                        place("lacks an argument".to_owned()),
                        format!("Add {}: {}.", argument.name, argument.ty),
                    );
                    continue;
                };
                if own.default_value != argument.default_value {
                    let default = |value: &InputValueDefinition| {
                        value.default_value.as_ref().map_or("none".to_owned(), ToString::to_string)
                    };
                    self.findings.error(
                        ErrorCode::ExternalArgumentDefaultMismatch,
                        format!(
                            "[{}] the argument \"{}\" of the @external \"{on}\" has the default {}, but {} where it is resolved",
                            subgraph.name, own.name, default(own), default(argument)
                        ),
                        [(subgraph, own.name.location(), format!("default {}", default(own)))],
                        "Give it the default that the subgraph that resolves the field gives it.",
                    );
                }
                if own.ty != argument.ty && !self.shapes.is_subtype(&argument.ty, &own.ty) {
                    self.findings.error(
                        ErrorCode::ExternalArgumentTypeMismatch,
                        format!(
                            "[{}] the argument \"{}\" of the @external \"{on}\" is {}, but is {} where it is resolved",
                            subgraph.name, own.name, own.ty, argument.ty
                        ),
                        [(subgraph, own.name.location(), format!("is {}", own.ty))],
                        format!("Declare it as {}.", argument.ty),
                    );
                }
            }
        }
    }
}
