//! Contexts (`@context`) and the arguments that they fill (`contextArguments` of `@join__field`, join v0.5).

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::{FieldDefinition, Schema};

use super::{Model, Source};
use crate::link::Links;
use crate::type_text::parse_type;
use crate::{ContextArgument, ContextSetter, FieldSet, SupergraphDiagnostic, context_selection_on};

/// The types that set each context.
pub(super) fn setters(schema: &Schema, links: &Links) -> HashMap<String, Vec<Name>> {
    let directive = links.directive("context", "context");
    let mut setters: HashMap<String, Vec<Name>> = HashMap::new();
    for (name, ty) in &schema.types {
        for applied in ty.directives().get_all(&directive) {
            if let Some(context) = super::join::text(applied, "name") {
                setters.entry(context.to_owned()).or_default().push(name.clone());
            }
        }
    }
    setters
}

/// The arguments of a field that contexts fill in one subgraph.
pub(super) fn read(
    model: &Model,
    source: &Source<'_>,
    application: &Directive,
    field: &FieldDefinition,
) -> Result<Vec<ContextArgument>, SupergraphDiagnostic> {
    let Some(value) = application.specified_argument_by_name("contextArguments") else { return Ok(Vec::new()) };
    let Some(arguments) = value.as_list() else { return Ok(Vec::new()) };
    let read = |argument: &apollo_compiler::Node<Value>| {
        read_argument(model, source, argument)
            .map_err(|message| source.fault(field.name.location(), format!("contextArguments: {message}")))
    };
    arguments.iter().map(read).collect()
}

fn read_argument(model: &Model, source: &Source<'_>, argument: &Value) -> Result<ContextArgument, String> {
    let members = argument.as_object().ok_or_else(|| format!("{argument} is no object"))?;
    let member = |name: &str| {
        let found = members.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_str());
        found.ok_or_else(|| format!("{argument} has no {name}"))
    };
    let (name, ty, context, selection) = (member("name")?, member("type")?, member("context")?, member("selection")?);
    let setters = source.context_setters.get(context).map(Vec::as_slice).unwrap_or_default();
    if setters.is_empty() {
        return Err(format!("no type sets the context \"{context}\""));
    }
    let setters = setters.iter().map(|setter| read_setter(model, source, setter, selection));
    Ok(ContextArgument {
        name: Name::new(name).map_err(|error| error.to_string())?,
        ty: parse_type(ty).ok_or_else(|| format!("\"{ty}\" is not a type"))?,
        context: context.to_owned(),
        setters: setters.collect::<Result<_, _>>()?,
    })
}

fn read_setter(model: &Model, source: &Source<'_>, setter: &Name, selection: &str) -> Result<ContextSetter, String> {
    let ty = model.types_by_name.get(setter).copied().ok_or_else(|| format!("the type {setter} does not exist"))?;
    let possible = &model.types[ty.0].possible_types;
    let applies = |name: &str| {
        let other = model.types_by_name.get(name).map(|other| &model.types[other.0].possible_types);
        other.is_none_or(|other| !other.intersection(possible).is_empty())
    };
    let text = context_selection_on(selection, applies);
    Ok(ContextSetter { ty, selection: FieldSet::parse(&text, setter, source.schema, model)? })
}
