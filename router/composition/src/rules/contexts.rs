//! `@context` and `@fromContext`: a value of an object further up the query fills an argument.

mod selection;

pub(crate) use selection::{selection_on, split};

use std::collections::HashMap;

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition};
use apollo_compiler::schema::{ExtendedType, ObjectType};
use apollo_compiler::{Name, Node};

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, fields_of, interfaces_of, text_argument};

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    if !subgraph.links.has(FederationDirective::FromContext) {
        return;
    }
    let contexts = contexts(subgraph, findings);
    for (name, ty, fields) in subgraph.composite_types() {
        for field in fields.values() {
            for argument in &field.arguments {
                let Some(applied) =
                    argument.directives.get(subgraph.links.local_name(FederationDirective::FromContext))
                else {
                    continue;
                };
                let on = format!("{name}.{}({}:)", field.name, argument.name);
                Use { subgraph, findings, contexts: &contexts, on: &on, applied }.check(ty, field, argument);
            }
        }
    }
}

/// The fields that the arguments of a subgraph take from contexts: of each type that sets one, what is selected of it.
pub(crate) fn selections(subgraph: &Subgraph) -> Vec<(&Name, String)> {
    let mut selections = Vec::new();
    if !subgraph.links.has(FederationDirective::FromContext) {
        return selections;
    }
    let contexts = contexts(subgraph, &mut Findings::default());
    let local_name = subgraph.links.local_name(FederationDirective::FromContext);
    for (_, _, fields) in subgraph.composite_types() {
        let arguments = fields.values().flat_map(|field| &field.arguments);
        let applied = arguments.filter_map(|argument| argument.directives.get(local_name));
        for (context, selection) in applied.filter_map(|applied| split(text_argument(applied, "field")?)) {
            let setters = contexts.get(context).into_iter().flatten();
            selections.extend(setters.map(|ty| (*ty, selection_on(subgraph, selection, ty))));
        }
    }
    selections
}

/// The types that set each context; names that cannot be used are reported.
fn contexts<'s>(subgraph: &'s Subgraph, findings: &mut Findings) -> HashMap<&'s str, Vec<&'s Name>> {
    let mut contexts: HashMap<&str, Vec<&Name>> = HashMap::new();
    for (name, ty) in subgraph.types() {
        for applied in subgraph.on_type(FederationDirective::Context, ty) {
            let Some(context) = text_argument(applied, "name") else { continue };
            let is_name = context.starts_with(|first: char| first.is_ascii_alphabetic())
                && context.chars().all(|character| character.is_ascii_alphanumeric());
            if !is_name {
                findings.error(
                    ErrorCode::ContextNameInvalid,
                    format!("[{}] {name}: \"{context}\" cannot name a context", subgraph.name),
                    [(subgraph, applied.location(), "this name".to_owned())],
                    "Use letters and digits, with a letter first; an underscore would clash with generated names.",
                );
            }
            contexts.entry(context).or_default().push(name);
        }
    }
    contexts
}

/// One `@fromContext` under check.
struct Use<'c> {
    subgraph: &'c Subgraph,
    findings: &'c mut Findings,
    contexts: &'c HashMap<&'c str, Vec<&'c Name>>,
    on: &'c str,
    applied: &'c Node<Directive>,
}

impl Use<'_> {
    fn check(&mut self, ty: &ExtendedType, field: &FieldDefinition, argument: &InputValueDefinition) {
        let ExtendedType::Object(object) = ty else {
            let remedy = "Put it on the field of an object type.";
            self.report(ErrorCode::ContextNotSet, "an interface field has no value to fill it with", remedy);
            return;
        };
        if let Some(interface) = self.interface_with(ty, field) {
            let reason = format!("the field implements \"{interface}.{}\", which has no context", field.name);
            let remedy = "Use a field of its own that is not part of the interface.";
            self.report(ErrorCode::ContextNotSet, &reason, remedy);
        }
        if argument.default_value.is_some() {
            let remedy = "Remove the default: the context always fills the argument.";
            self.report(ErrorCode::ContextNotSet, "the argument has a default", remedy);
        }
        let text = text_argument(self.applied, "field").unwrap_or_default();
        let Some((context, selection)) = selection::split(text) else {
            let reason = format!("\"{text}\" does not begin with a context");
            let remedy = "Begin with $ and the name of a context, then select a field: \"$context { field }\".";
            self.report(ErrorCode::NoContextInSelection, &reason, remedy);
            return;
        };
        match self.contexts.get(context) {
            None => {
                let reason = format!("no type sets the context \"{context}\"");
                let remedy = format!("Add @context(name: \"{context}\") to the type that has the value.");
                self.report(ErrorCode::ContextNotSet, &reason, &remedy);
            }
            Some(types) => {
                let fault = selection::fault(self.subgraph, selection, types, &argument.ty);
                if let Some(reason) = fault {
                    let remedy =
                        "Select exactly one field for each type that sets the context, of the argument's type.";
                    self.report(ErrorCode::ContextInvalidSelection, &reason, remedy);
                }
            }
        }
        self.check_key(object);
    }

    /// The subgraph must be enterable with the context's value in hand.
    fn check_key(&mut self, object: &ObjectType) {
        let ty = &self.subgraph.schema.types[&object.name];
        let is_resolvable = self
            .subgraph
            .on_type(FederationDirective::Key, ty)
            .any(|key| key.specified_argument_by_name("resolvable").and_then(|value| value.to_bool()).unwrap_or(true));
        if !is_resolvable {
            let reason = format!("\"{}\" has no resolvable @key", object.name);
            self.report(ErrorCode::ContextNoResolvableKey, &reason, "Give the type a resolvable @key.");
        }
    }

    fn interface_with(&self, ty: &ExtendedType, field: &FieldDefinition) -> Option<Name> {
        interfaces_of(ty).into_iter().find_map(|name| {
            let fields = fields_of(self.subgraph.schema.types.get(name)?)?;
            fields.contains_key(&field.name).then(|| name.clone())
        })
    }

    fn report(&mut self, code: ErrorCode, reason: &str, remedy: &str) {
        let subgraph = self.subgraph;
        self.findings.error(
            code,
            format!("[{}] \"{}\": {reason}", subgraph.name, self.on),
            [(subgraph, self.applied.location(), "filled from a context".to_owned())],
            remedy,
        );
    }
}
