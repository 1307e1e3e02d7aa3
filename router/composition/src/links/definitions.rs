//! The definitions that a subgraph's SDL may leave out, because linking Federation brings them.

use std::collections::HashSet;
use std::fmt::Write;

use apollo_compiler::ast::{Definition, DirectiveDefinition, Document};
use apollo_compiler::{Name, Node};

use super::directive::Row;
use super::{DIRECTIVES, Links};

/// SDL with the definitions of `@link` and of Federation that `document` uses without having them.
pub(crate) fn definitions(document: &Document, links: &Links) -> String {
    let directives: HashSet<&str> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::DirectiveDefinition(directive) => Some(directive.name.as_str()),
            _ => None,
        })
        .collect();
    let types: HashSet<&str> = document
        .definitions
        .iter()
        .filter(|definition| !matches!(definition, Definition::DirectiveDefinition(_)))
        .filter_map(|definition| definition.name().map(Name::as_str))
        .collect();
    let mut sdl = String::new();
    if !directives.contains("link") {
        sdl.push_str(
            "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA\n",
        );
    }
    // Of the GraphQL specification since 2025, but not built into the compiler.
    if !directives.contains("oneOf") {
        sdl.push_str("directive @oneOf on INPUT_OBJECT\n");
    }
    if !types.contains("link__Import") {
        sdl.push_str("scalar link__Import\n");
    }
    if !types.contains("link__Purpose") {
        sdl.push_str("enum link__Purpose { SECURITY EXECUTION }\n");
    }
    for (_, scalar) in links.scalars() {
        if !types.contains(scalar) {
            writeln!(sdl, "scalar {scalar}").expect("invariant: writing to a string does not fail");
        }
    }
    for row in DIRECTIVES.iter().filter(|row| links.has(row.directive)) {
        let name = links.local_name(row.directive);
        if directives.contains(name) {
            continue;
        }
        writeln!(sdl, "{}", directive_sdl(row, links)).expect("invariant: writing to a string does not fail");
    }
    sdl
}

/// The definition of a directive under its local name and with the local names of scalars.
fn directive_sdl(row: &Row, links: &Links) -> String {
    let mut definition = row.definition.to_owned();
    for (scalar, local) in links.scalars() {
        definition = definition.replace(&format!("{scalar}!"), &format!("{local}!"));
        definition = definition.replace(&format!(": {scalar})"), &format!(": {local})"));
    }
    format!("directive @{} {definition}", links.local_name(row.directive))
}

/// The same, parsed.
pub(super) fn directive_definition(row: &Row, links: &Links) -> Option<Node<DirectiveDefinition>> {
    let document = Document::parse(directive_sdl(row, links), "definition").ok()?;
    document.definitions.into_iter().find_map(|definition| match definition {
        Definition::DirectiveDefinition(directive) => Some(directive),
        _ => None,
    })
}
