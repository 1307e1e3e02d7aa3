//! Prints a type as supergraphs are usually printed: each directive of a type on a line of its own.

use apollo_compiler::Node;
use apollo_compiler::ast::{FieldDefinition, Value};
use apollo_compiler::schema::{ComponentName, DirectiveList, ExtendedType};

/// The definition of a type.
pub(super) fn type_definition(ty: &ExtendedType) -> String {
    let mut text = description(ty.description());
    match ty {
        ExtendedType::Scalar(scalar) => {
            text.push_str(&format!("scalar {}\n{}", scalar.name, directives(&scalar.directives)));
        }
        ExtendedType::Object(object) => {
            let head = format!("type {}{}", object.name, implements(object.implements_interfaces.iter()));
            text.push_str(&block(
                &head,
                &object.directives,
                object.fields.values().map(|definition| field(definition)),
            ));
        }
        ExtendedType::Interface(interface) => {
            let head = format!("interface {}{}", interface.name, implements(interface.implements_interfaces.iter()));
            let fields = interface.fields.values().map(|definition| field(definition));
            text.push_str(&block(&head, &interface.directives, fields));
        }
        ExtendedType::Union(union_type) => {
            let members: Vec<&str> = union_type.members.iter().map(|member| member.name.as_str()).collect();
            let directives = directives(&union_type.directives);
            text.push_str(&format!("union {}\n{directives} = {}", union_type.name, members.join(" | ")));
        }
        ExtendedType::Enum(enumeration) => {
            let values = enumeration.values.values().map(|value| member(&value.serialize()));
            text.push_str(&block(&format!("enum {}", enumeration.name), &enumeration.directives, values));
        }
        ExtendedType::InputObject(input) => {
            let fields = input.fields.values().map(|field| member(&field.serialize()));
            text.push_str(&block(&format!("input {}", input.name), &input.directives, fields));
        }
    }
    text.trim_end().to_owned()
}

fn block(head: &str, applied: &DirectiveList, members: impl Iterator<Item = String>) -> String {
    let members: Vec<String> = members.collect();
    format!("{head}\n{}{{\n{}}}", directives(applied), members.concat())
}

/// A field on one line, unless its arguments are described.
fn field(definition: &FieldDefinition) -> String {
    if definition.arguments.iter().any(|argument| argument.description.is_some()) {
        return member(&definition.serialize());
    }
    let undescribed = FieldDefinition { description: None, ..definition.clone() };
    let head = description(definition.description.as_ref());
    member(&head) + &member(&undescribed.serialize().no_indent())
}

/// A member on its own lines, indented.
fn member(printed: &dyn std::fmt::Display) -> String {
    let mut text = String::new();
    for line in printed.to_string().trim_end().lines() {
        let indent = if line.is_empty() { "" } else { "  " };
        text.push_str(&format!("{indent}{line}\n"));
    }
    text
}

fn directives(applied: &DirectiveList) -> String {
    applied.iter().map(|directive| format!("  {}\n", directive.node)).collect()
}

fn implements<'i>(interfaces: impl Iterator<Item = &'i ComponentName>) -> String {
    let names: Vec<&str> = interfaces.map(|interface| interface.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(" implements {}", names.join(" & ")) }
}

fn description(description: Option<&Node<str>>) -> String {
    let Some(text) = description else { return String::new() };
    if can_be_block(text) {
        return format!("\"\"\"\n{text}\n\"\"\"\n");
    }
    format!("{}\n", Value::String(text.to_string()).serialize().no_indent())
}

/// Whether a block string reads back as the very same text.
fn can_be_block(text: &str) -> bool {
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let is_blank = |line: Option<&str>| line.is_none_or(|line| line.trim().is_empty());
    !text.contains("\"\"\"")
        && !text.contains('\\')
        && !text.ends_with('"')
        && !text.chars().any(|character| character.is_control() && character != '\n')
        && !text.split('\n').any(is_indented)
        && !is_blank(text.split('\n').next())
        && !is_blank(text.split('\n').next_back())
}
