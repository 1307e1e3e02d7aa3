//! Brings a document into the one form that composition reads: usual root names, no `_entities`, some query root.

use std::collections::HashSet;

use apollo_compiler::ast::{Definition, Document, FieldDefinition, OperationType, Type};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::{Name, Node};

use crate::ErrorCode;

/// The root types: operation, name in supergraphs, code when another type has that name.
pub(crate) const ROOTS: [(OperationType, &str, ErrorCode); 3] = [
    (OperationType::Query, "Query", ErrorCode::RootQueryUsed),
    (OperationType::Mutation, "Mutation", ErrorCode::RootMutationUsed),
    (OperationType::Subscription, "Subscription", ErrorCode::RootSubscriptionUsed),
];

/// The fields that Federation adds to the query root, and the types of them.
const SERVICE_FIELDS: [&str; 2] = ["_entities", "_service"];
const SERVICE_TYPES: [&str; 3] = ["_Any", "_Entity", "_Service"];
/// Stands in a query root that would otherwise have no field.
const PLACEHOLDER_FIELD: &str = "_service";

/// A document that cannot be brought into the form.
pub(crate) struct DocumentFault {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) span: Option<SourceSpan>,
}

/// Renames the root types and removes what Federation adds to a subgraph's own SDL.
pub(crate) fn normalise(document: &mut Document) -> Result<(), DocumentFault> {
    document.definitions.retain(|definition| {
        let is_directive = matches!(definition, Definition::DirectiveDefinition(_));
        is_directive || definition.name().is_none_or(|name| !SERVICE_TYPES.contains(&name.as_str()))
    });
    for (operation, usual, code) in ROOTS {
        let Some(declared) = root_name(document, operation) else { continue };
        if declared == usual {
            continue;
        }
        let taken = document.definitions.iter().find(|definition| is_type_named(definition, usual));
        if let Some(taken) = taken {
            return Err(DocumentFault {
                code,
                message: format!("the type \"{usual}\" is not the root of {operation} operations, \"{declared}\" is"),
                span: taken.name().and_then(Name::location),
            });
        }
        rename(document, &declared, &Name::new_static_unchecked(usual));
    }
    for definition in &mut document.definitions {
        if is_type_named(definition, "Query") {
            for_fields(definition, |fields| fields.retain(|field| !SERVICE_FIELDS.contains(&field.name.as_str())));
        }
    }
    Ok(())
}

/// SDL that gives the document a query root with at least one field, as the specification demands of a schema.
pub(crate) fn query_placeholder(document: &Document) -> String {
    let states_roots = document.definitions.iter().any(|definition| !root_operations(definition).is_empty());
    let lacks_query = states_roots && root_name(document, OperationType::Query).is_none();
    let root = if lacks_query { "extend schema { query: Query }\n" } else { "" };
    format!("{root}extend type Query {{ {PLACEHOLDER_FIELD}: _Service! }}\ntype _Service {{ sdl: String }}\n")
}

/// Takes [`query_placeholder`] away again.
pub(crate) fn remove_query_placeholder(schema: &mut Schema) {
    if let Some(ExtendedType::Object(query)) = schema.types.get_mut("Query") {
        query.make_mut().fields.shift_remove(PLACEHOLDER_FIELD);
    }
    schema.types.shift_remove("_Service");
}

/// The types that the document defines, rather than only extends.
pub(crate) fn defined_types(document: &Document) -> HashSet<Name> {
    let is_definition = |definition: &&Definition| {
        matches!(
            definition,
            Definition::ScalarTypeDefinition(_)
                | Definition::ObjectTypeDefinition(_)
                | Definition::InterfaceTypeDefinition(_)
                | Definition::UnionTypeDefinition(_)
                | Definition::EnumTypeDefinition(_)
                | Definition::InputObjectTypeDefinition(_)
        )
    };
    document.definitions.iter().filter(is_definition).filter_map(|definition| definition.name().cloned()).collect()
}

fn root_operations(definition: &Definition) -> &[Node<(OperationType, Name)>] {
    match definition {
        Definition::SchemaDefinition(definition) => &definition.root_operations,
        Definition::SchemaExtension(extension) => &extension.root_operations,
        _ => &[],
    }
}

/// The root type that the schema definition states.
fn root_name(document: &Document, operation: OperationType) -> Option<Name> {
    let mut roots = document.definitions.iter().flat_map(root_operations);
    roots.find(|root| root.0 == operation).map(|root| root.1.clone())
}

fn is_type_named(definition: &Definition, name: &str) -> bool {
    let is_type = !matches!(
        definition,
        Definition::DirectiveDefinition(_) | Definition::OperationDefinition(_) | Definition::FragmentDefinition(_)
    );
    is_type && definition.name().is_some_and(|own| own == name)
}

/// Renames a type wherever an object type can be named.
fn rename(document: &mut Document, from: &Name, to: &Name) {
    let renamed = |name: &mut Name| {
        if name == from {
            *name = to.clone();
        }
    };
    for definition in &mut document.definitions {
        match definition {
            Definition::SchemaDefinition(definition) => {
                definition.make_mut().root_operations.iter_mut().for_each(|root| renamed(&mut root.make_mut().1));
            }
            Definition::SchemaExtension(extension) => {
                extension.make_mut().root_operations.iter_mut().for_each(|root| renamed(&mut root.make_mut().1));
            }
            Definition::ObjectTypeDefinition(object) => renamed(&mut object.make_mut().name),
            Definition::ObjectTypeExtension(object) => renamed(&mut object.make_mut().name),
            Definition::UnionTypeDefinition(union_type) => union_type.make_mut().members.iter_mut().for_each(renamed),
            Definition::UnionTypeExtension(union_type) => union_type.make_mut().members.iter_mut().for_each(renamed),
            _ => {}
        }
        for_fields(definition, |fields| {
            fields.iter_mut().for_each(|field| renamed(innermost(&mut field.make_mut().ty)));
        });
    }
}

fn innermost(ty: &mut Type) -> &mut Name {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => name,
        Type::List(inner) | Type::NonNullList(inner) => innermost(inner),
    }
}

fn for_fields(definition: &mut Definition, change: impl FnOnce(&mut Vec<Node<FieldDefinition>>)) {
    match definition {
        Definition::ObjectTypeDefinition(object) => change(&mut object.make_mut().fields),
        Definition::ObjectTypeExtension(object) => change(&mut object.make_mut().fields),
        Definition::InterfaceTypeDefinition(interface) => change(&mut interface.make_mut().fields),
        Definition::InterfaceTypeExtension(interface) => change(&mut interface.make_mut().fields),
        _ => {}
    }
}
