//! Marks as `@inaccessible` what a view does not show.

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Argument, Definition, Directive, DirectiveList, Document, FieldDefinition, InputValueDefinition, Value,
};
use apollo_compiler::name;

use super::ContractError;
use super::view::View;

/// The definition and the link of the directive (<https://specs.apollo.dev/inaccessible/v0.2>).
const DEFINITION: &str = "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION \
    | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION";
const SPECIFICATION: &str = "https://specs.apollo.dev/inaccessible/v0.2";

/// The supergraph's text with the marks.
pub(super) fn hide(supergraph_sdl: &str, view: &View<'_>) -> Result<String, Vec<ContractError>> {
    let not_parsed = |error: &dyn ToString| vec![ContractError::Supergraph(error.to_string())];
    let mut document =
        Document::parse(supergraph_sdl, "supergraph.graphql").map_err(|error| not_parsed(&error.errors))?;
    let is_linked = document
        .definitions
        .iter()
        .any(|definition| matches!(definition, Definition::DirectiveDefinition(found) if found.name == "inaccessible"));
    for definition in &mut document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) if !is_linked => schema.make_mut().directives.push(link()),
            other => hide_in(other, view),
        }
    }
    let text = document.to_string();
    Ok(if is_linked { text } else { format!("{text}\n{DEFINITION}\n") })
}

fn hide_in(definition: &mut Definition, view: &View<'_>) {
    match definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            mark(&mut object.directives, view.has_type(&object.name));
            hide_fields(&object.name, &mut object.fields, view);
        }
        Definition::InterfaceTypeDefinition(interface) => {
            let interface = interface.make_mut();
            mark(&mut interface.directives, view.has_type(&interface.name));
            hide_fields(&interface.name, &mut interface.fields, view);
        }
        Definition::UnionTypeDefinition(union) => {
            let union = union.make_mut();
            mark(&mut union.directives, view.has_type(&union.name));
        }
        Definition::ScalarTypeDefinition(scalar) => {
            let scalar = scalar.make_mut();
            mark(&mut scalar.directives, view.has_type(&scalar.name));
        }
        Definition::EnumTypeDefinition(found) => {
            let found = found.make_mut();
            let is_seen = view.has_type(&found.name);
            mark(&mut found.directives, is_seen);
            for value in found.values.iter_mut().filter(|_| is_seen) {
                let value = value.make_mut();
                mark(&mut value.directives, view.has_part(&found.name, &value.value));
            }
        }
        Definition::InputObjectTypeDefinition(input) => {
            let input = input.make_mut();
            let is_seen = view.has_type(&input.name);
            mark(&mut input.directives, is_seen);
            for field in input.fields.iter_mut().filter(|_| is_seen) {
                let field: &mut InputValueDefinition = field.make_mut();
                mark(&mut field.directives, view.has_part(&input.name, &field.name));
            }
        }
        _ => {}
    }
}

/// Below a hidden type nothing needs a mark.
fn hide_fields(ty: &str, fields: &mut [Node<FieldDefinition>], view: &View<'_>) {
    for field in fields.iter_mut().filter(|_| view.has_type(ty)) {
        let field = field.make_mut();
        let is_seen = view.has_part(ty, &field.name);
        mark(&mut field.directives, is_seen);
        for argument in field.arguments.iter_mut().filter(|_| is_seen) {
            let is_seen = view.has_argument(argument);
            mark(&mut argument.make_mut().directives, is_seen);
        }
    }
}

fn mark(directives: &mut DirectiveList, is_seen: bool) {
    if !is_seen && !directives.has("inaccessible") {
        directives.push(Directive::new(name!("inaccessible")));
    }
}

fn link() -> Directive {
    let argument = |name, value| Node::new(Argument { name, value: Node::new(value) });
    let mut link = Directive::new(name!("link"));
    link.arguments.push(argument(name!("url"), Value::String(SPECIFICATION.to_owned())));
    link.arguments.push(argument(name!("for"), Value::Enum(name!("SECURITY"))));
    link
}
