//! A subgraph may repeat the definitions that a link brings, but not change what they mean.

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, DirectiveDefinition, Document, InputValueDefinition, Type};

use super::{DIRECTIVES, LinkFault, Links, definitions};
use crate::ErrorCode;

/// The built-in scalars: what a subgraph may write where a specification has a scalar of its own.
const BUILT_IN_SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// Checks what the document defines itself of the linked specifications.
///
/// Federation 1 had no single definition of its directives; what subgraphs wrote then is left alone.
///
/// # Errors
/// Every definition that does not agree with the specification.
pub(crate) fn check_redefinitions(document: &Document, links: &Links) -> Result<(), Vec<LinkFault>> {
    if !links.is_federation_2() {
        return Ok(());
    }
    let mut faults = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::DirectiveDefinition(own) => {
                let row = DIRECTIVES
                    .iter()
                    .find(|row| links.has(row.directive) && own.name == links.local_name(row.directive));
                let Some(row) = row else { continue };
                let Some(expected) = definitions::directive_definition(row, links) else { continue };
                faults.extend(difference(&expected, own).map(|reason| LinkFault {
                    code: ErrorCode::DirectiveDefinitionInvalid,
                    message: format!("the definition of @{} {reason}", own.name),
                    remedy: format!(
                        "Remove the definition, since the link brings it; it is: directive @{} {}",
                        own.name, row.definition
                    ),
                    span: own.name.location(),
                }));
            }
            other => faults.extend(type_fault(other, links)),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// What is wrong with the definition of a scalar of Federation, or of the types of `@link`.
fn type_fault(definition: &Definition, links: &Links) -> Option<LinkFault> {
    let name = definition.name()?;
    let is_scalar = name == "link__Import" || links.scalars().any(|(_, scalar)| name == scalar);
    let fits = match definition {
        Definition::ScalarTypeDefinition(_) => name != "link__Purpose",
        Definition::EnumTypeDefinition(_) => !is_scalar,
        Definition::ObjectTypeDefinition(_)
        | Definition::InterfaceTypeDefinition(_)
        | Definition::UnionTypeDefinition(_)
        | Definition::InputObjectTypeDefinition(_) => !is_scalar && name != "link__Purpose",
        _ => true,
    };
    let kind = if is_scalar { "a scalar" } else { "an enum" };
    (!fits).then(|| LinkFault {
        code: ErrorCode::TypeDefinitionInvalid,
        message: format!("\"{name}\" is {kind} in the linked specification, but is defined differently here"),
        remedy: "Remove the definition, since the link brings it.".to_owned(),
        span: name.location(),
    })
}

/// How a definition differs from what is expected, as the end of a sentence.
fn difference(expected: &DirectiveDefinition, own: &DirectiveDefinition) -> Option<String> {
    if own.repeatable && !expected.repeatable {
        return Some("is repeatable".to_owned());
    }
    if let Some(location) = own.locations.iter().find(|location| !expected.locations.contains(location)) {
        return Some(format!("allows the location {location}"));
    }
    if let Some(unknown) = own.arguments.iter().find(|argument| expected.argument_by_name(&argument.name).is_none()) {
        return Some(format!("has the unknown argument \"{}\"", unknown.name));
    }
    expected.arguments.iter().find_map(|wanted| match own.argument_by_name(&wanted.name) {
        None => wanted.is_required().then(|| format!("lacks the argument \"{}\"", wanted.name)),
        Some(argument) => argument_difference(wanted, argument),
    })
}

fn argument_difference(wanted: &InputValueDefinition, own: &InputValueDefinition) -> Option<String> {
    let without_null = Type::clone(&own.ty).nullable();
    // An optional argument may be made mandatory.
    let own_type = if wanted.ty.is_non_null() { &*own.ty } else { &without_null };
    if !fits(&wanted.ty, own_type) {
        return Some(format!("has the argument \"{}\" of type {} instead of {}", own.name, own.ty, wanted.ty));
    }
    (!own.ty.is_non_null() && own.default_value != wanted.default_value)
        .then(|| format!("has another default for the argument \"{}\"", own.name))
}

fn fits(wanted: &Type, own: &Type) -> bool {
    match (wanted, own) {
        (Type::Named(wanted), Type::Named(own)) | (Type::NonNullNamed(wanted), Type::NonNullNamed(own)) => {
            is_same_scalar(wanted, own)
        }
        (Type::List(wanted), Type::List(own)) | (Type::NonNullList(wanted), Type::NonNullList(own)) => {
            fits(wanted, own)
        }
        _ => false,
    }
}

fn is_same_scalar(wanted: &Name, own: &Name) -> bool {
    let is_built_in = |name: &Name| BUILT_IN_SCALARS.contains(&name.as_str());
    wanted == own || (!is_built_in(wanted) && is_built_in(own))
}
