//! Carries `@context` and `@fromContext` into the supergraph: contexts under names of their own for each subgraph, and the
//! arguments that they fill as part of `@join__field` rather than as arguments that clients could give.

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

use super::{Declared, Merge, join};
use crate::links::FederationDirective;
use crate::rules::split_context;
use crate::subgraph::{Subgraph, text_argument};
use crate::{ErrorCode, HintCode};

impl Merge<'_> {
    /// Whether a context fills the argument in any of the subgraphs. Clients cannot give it then, so that the other
    /// subgraphs must do without it.
    pub(super) fn is_contextual(&mut self, on: &str, having: &[Declared<'_, InputValueDefinition>]) -> bool {
        let filled =
            |index: &usize, argument: &InputValueDefinition| from_context(&self.subgraphs[*index], argument).is_some();
        let (contextual, others): (Vec<_>, Vec<_>) = having.iter().partition(|(index, value)| filled(index, value));
        if contextual.is_empty() {
            return false;
        }
        for (index, argument) in &others {
            let subgraph = &self.subgraphs[*index];
            let filling = self.names(contextual.iter().map(|(index, _)| *index));
            let places = contextual
                .iter()
                .map(|(index, value)| {
                    (&self.subgraphs[*index], value.name.location(), "filled from a context".to_owned())
                })
                .chain([(subgraph, argument.name.location(), "an ordinary argument".to_owned())]);
            let message = format!(
                "the argument \"{on}\" is filled from a context in {filling}, but not in \"{}\"",
                subgraph.name
            );
            if argument.is_required() {
                self.findings.error(
                    ErrorCode::ContextualArgumentNotContextualInAllSubgraphs,
                    format!("{message}, where it is required"),
                    places,
                    "Fill it from a context there too, or make it nullable or give it a default.",
                );
            } else {
                let message = format!("{message}; clients cannot send it");
                self.findings.hint(HintCode::ContextualArgumentNotContextualInAllSubgraphs, message, places);
            }
        }
        true
    }

    /// The contexts that a type sets, each named for its subgraph: subgraphs do not share contexts.
    pub(super) fn contexts(&self, declared: &[Declared<'_, ExtendedType>]) -> Vec<Directive> {
        let mut contexts = Vec::new();
        for (index, ty) in declared {
            let subgraph = &self.subgraphs[*index];
            for applied in subgraph.on_type(FederationDirective::Context, ty) {
                let Some(name) = text_argument(applied, "name") else { continue };
                contexts.push(join::apply("context", vec![("name", join::text(&context_name(subgraph, name)))]));
            }
        }
        contexts
    }

    /// The `contextArguments` of a field's `@join__field`; none when no argument is filled from a context.
    pub(super) fn context_arguments(&self, subgraph: &Subgraph, field: &FieldDefinition) -> Option<Value> {
        let arguments: Vec<Node<Value>> = field
            .arguments
            .iter()
            .filter_map(|argument| {
                let applied = from_context(subgraph, argument)?;
                let (context, selection) = split_context(text_argument(applied, "field")?)?;
                let selection = selection.split_whitespace().collect::<Vec<_>>().join(" ");
                let members = [
                    ("context", context_name(subgraph, context)),
                    ("name", argument.name.to_string()),
                    ("type", argument.ty.to_string()),
                    ("selection", format!(" {selection}")),
                ];
                let member = |(name, value): (&'static str, String)| {
                    (Name::new_static_unchecked(name), Node::new(join::text(&value)))
                };
                Some(Node::new(Value::Object(members.into_iter().map(member).collect())))
            })
            .collect();
        (!arguments.is_empty()).then(|| Value::List(arguments))
    }
}

fn from_context<'a>(subgraph: &Subgraph, argument: &'a InputValueDefinition) -> Option<&'a Node<Directive>> {
    let is_known = subgraph.links.has(FederationDirective::FromContext);
    is_known.then(|| argument.directives.get(subgraph.links.local_name(FederationDirective::FromContext))).flatten()
}

fn context_name(subgraph: &Subgraph, context: &str) -> String {
    format!("{}__{context}", subgraph.name)
}
