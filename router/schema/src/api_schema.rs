//! The public schema: what is left of the supergraph when the machinery and everything `@inaccessible` is gone.

use std::collections::HashSet;

use apollo_compiler::schema::{Component, DirectiveList, ExtendedType, FieldDefinition, InputValueDefinition, Schema};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, ast};

use crate::SupergraphError;
use crate::link::Links;

/// The directives of the GraphQL specification that stay on public elements.
const PUBLIC_DIRECTIVES: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

/// Derives the public schema.
///
/// # Errors
/// When what is left is not a valid schema, such as an object without fields.
pub(crate) fn derive(full: &Valid<Schema>, links: &Links) -> Result<Valid<Schema>, SupergraphError> {
    let mut schema = Schema::clone(full);
    let inaccessible = links.directive("inaccessible", "inaccessible");
    schema.directive_definitions.retain(|name, definition| is_public_directive(name, definition, links));
    schema.schema_definition.make_mut().directives = DirectiveList::default();

    let removed: HashSet<Name> = schema
        .types
        .iter()
        .filter(|(name, ty)| !ty.is_built_in() && (links.is_machinery(name) || ty.directives().has(&inaccessible)))
        .map(|(name, _)| name.clone())
        .collect();
    schema.types.retain(|name, _| !removed.contains(name));
    for ty in schema.types.values_mut().filter(|ty| !ty.is_built_in()) {
        strip_type(ty, &removed, &inaccessible);
    }
    drop_removed_roots(&mut schema, &removed);
    add_is_one_of(&mut schema);
    schema.validate().map_err(|failure| SupergraphError::of(&failure.errors))
}

/// `__Type.isOneOf`, which introspection has since September 2025 (section 4.2.2).
fn add_is_one_of(schema: &mut Schema) {
    let Some(ExtendedType::Object(ty)) = schema.types.get_mut("__Type") else { return };
    let name = Name::new_static_unchecked("isOneOf");
    let field = FieldDefinition {
        description: None,
        name: name.clone(),
        arguments: Vec::new(),
        ty: ast::Type::Named(Name::new_static_unchecked("Boolean")),
        directives: ast::DirectiveList::default(),
    };
    ty.make_mut().fields.entry(name).or_insert_with(|| Component::new(field));
}

fn is_public_directive(name: &Name, definition: &Node<ast::DirectiveDefinition>, links: &Links) -> bool {
    let is_for_operations = definition.locations.iter().any(|location| is_executable(*location));
    definition.is_built_in()
        || PUBLIC_DIRECTIVES.contains(&name.as_str())
        || (is_for_operations && !links.is_machinery(name))
}

fn is_executable(location: ast::DirectiveLocation) -> bool {
    use ast::DirectiveLocation as At;
    matches!(
        location,
        At::Query
            | At::Mutation
            | At::Subscription
            | At::Field
            | At::FragmentDefinition
            | At::FragmentSpread
            | At::InlineFragment
            | At::VariableDefinition
    )
}

fn drop_removed_roots(schema: &mut Schema, removed: &HashSet<Name>) {
    let definition = schema.schema_definition.make_mut();
    for root in [&mut definition.query, &mut definition.mutation, &mut definition.subscription] {
        if root.as_ref().is_some_and(|name| removed.contains(&name.name)) {
            *root = None;
        }
    }
}

fn strip_type(ty: &mut ExtendedType, removed: &HashSet<Name>, inaccessible: &str) {
    match ty {
        ExtendedType::Object(object) => {
            let object = object.make_mut();
            object.implements_interfaces.retain(|interface| !removed.contains(&interface.name));
            keep_public(&mut object.directives);
            strip_fields(&mut object.fields, inaccessible);
        }
        ExtendedType::Interface(interface) => {
            let interface = interface.make_mut();
            interface.implements_interfaces.retain(|parent| !removed.contains(&parent.name));
            keep_public(&mut interface.directives);
            strip_fields(&mut interface.fields, inaccessible);
        }
        ExtendedType::Union(union_type) => {
            let union_type = union_type.make_mut();
            union_type.members.retain(|member| !removed.contains(&member.name));
            keep_public(&mut union_type.directives);
        }
        ExtendedType::Enum(enumeration) => {
            let enumeration = enumeration.make_mut();
            enumeration.values.retain(|_, value| !value.directives.has(inaccessible));
            keep_public(&mut enumeration.directives);
            enumeration.values.values_mut().for_each(|value| keep_public_on_member(&mut value.make_mut().directives));
        }
        ExtendedType::InputObject(input) => {
            let input = input.make_mut();
            input.fields.retain(|_, field| !field.directives.has(inaccessible));
            keep_public(&mut input.directives);
            input.fields.values_mut().for_each(|field| keep_public_on_member(&mut field.make_mut().directives));
        }
        ExtendedType::Scalar(scalar) => keep_public(&mut scalar.make_mut().directives),
    }
}

fn strip_fields(
    fields: &mut apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>,
    inaccessible: &str,
) {
    fields.retain(|_, field| !field.directives.has(inaccessible));
    for field in fields.values_mut() {
        let field = field.make_mut();
        keep_public_on_member(&mut field.directives);
        field.arguments.retain(|argument| !argument.directives.has(inaccessible));
        for argument in &mut field.arguments {
            let argument: &mut InputValueDefinition = argument.make_mut();
            keep_public_on_member(&mut argument.directives);
        }
    }
}

fn keep_public(directives: &mut DirectiveList) {
    directives.0.retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
}

fn keep_public_on_member(directives: &mut ast::DirectiveList) {
    directives.0.retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
}
