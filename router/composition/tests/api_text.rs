//! A schema as text that does not depend on the order of anything, to compare public schemas.

use apollo_compiler::Schema;
use apollo_compiler::ast::{Directive, DirectiveList, InputValueDefinition};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

/// Every type with its members, sorted; introspection, built-in scalars and definitions of directives left out.
pub(crate) fn api_text(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for (operation, root) in [
        ("query", &schema.schema_definition.query),
        ("mutation", &schema.schema_definition.mutation),
        ("subscription", &schema.schema_definition.subscription),
    ] {
        lines.extend(root.as_ref().map(|root| format!("schema {operation}: {}", root.name)));
    }
    for (name, ty) in schema.types.iter().filter(|(name, _)| !is_given(name)) {
        lines.extend(type_lines(name, ty));
    }
    lines.sort();
    lines.join("\n")
}

fn is_given(name: &Name) -> bool {
    name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str())
}

fn type_lines(name: &Name, ty: &ExtendedType) -> Vec<String> {
    let description = ty.description().map(|text| text.trim().to_owned()).unwrap_or_default();
    let directives: Vec<Node<Directive>> = ty.directives().iter().map(|applied| applied.node.clone()).collect();
    let mut lines = vec![format!("{name} is {} {description:?}{}", kind(ty), applied(&directives))];
    let fields = match ty {
        ExtendedType::Object(object) => Some((&object.fields, &object.implements_interfaces)),
        ExtendedType::Interface(interface) => Some((&interface.fields, &interface.implements_interfaces)),
        _ => None,
    };
    if let Some((fields, interfaces)) = fields {
        lines.extend(interfaces.iter().map(|interface| format!("{name} implements {interface}")));
        for field in fields.values().filter(|field| !field.name.starts_with("__")) {
            let mut arguments: Vec<String> = field.arguments.iter().map(|argument| input(argument)).collect();
            arguments.sort();
            let described = field.description.as_ref().map(|text| text.trim().to_owned()).unwrap_or_default();
            let directives = member_directives(&field.directives);
            lines.push(format!("{name}.{}({arguments:?}): {} {described:?}{directives}", field.name, field.ty));
        }
    }
    match ty {
        ExtendedType::Union(ty) => lines.extend(ty.members.iter().map(|member| format!("{name} = {}", member.name))),
        ExtendedType::Enum(ty) => lines.extend(
            ty.values.values().map(|value| format!("{name}.{}{}", value.value, member_directives(&value.directives))),
        ),
        ExtendedType::InputObject(ty) => {
            lines.extend(ty.fields.values().map(|field| format!("{name}.{}", input(field))));
        }
        _ => {}
    }
    lines
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "object",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}

fn input(value: &InputValueDefinition) -> String {
    let default = value.default_value.as_ref().map(|default| format!(" = {}", default.serialize().no_indent()));
    let directives = member_directives(&value.directives);
    format!("{}: {}{}{directives}", value.name, value.ty, default.unwrap_or_default())
}

fn member_directives(directives: &DirectiveList) -> String {
    applied(&directives.0)
}

fn applied(directives: &[Node<Directive>]) -> String {
    let mut texts: Vec<String> = directives.iter().map(|directive| format!(" {directive}")).collect();
    texts.sort();
    texts.concat()
}
