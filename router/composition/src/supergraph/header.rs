//! The machinery of a supergraph: its `@link`s and the definitions of what they bring.

use std::collections::BTreeMap;

use super::features::Features;
use crate::links::FederationDirective;
use crate::merge::{Carried, CarriedKind, Merged};
use crate::subgraph::Subgraph;

/// The schema definition with every `@link`.
pub(super) fn schema_definition(merged: &Merged, features: Features) -> String {
    let join = features.join_version();
    let mut lines = vec![
        r#"@link(url: "https://specs.apollo.dev/link/v1.0")"#.to_owned(),
        format!(r#"@link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION)"#),
    ];
    let mut links = links(merged);
    links.extend(
        features.contexts.then(|| r#"@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)"#.to_owned()),
    );
    links.extend(
        features
            .cache_tags
            .then(|| r#"@link(url: "https://specs.apollo.dev/cacheTag/v0.1", for: EXECUTION)"#.to_owned()),
    );
    links.sort();
    lines.extend(links);
    let mut text = "schema\n".to_owned();
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("{\n");
    for (operation, root) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
        if merged.types.contains_key(root) {
            text.push_str(&format!("  {operation}: {root}\n"));
        }
    }
    text + "}"
}

/// One `@link` for each specification that carried directives come from, by URL.
fn links(merged: &Merged) -> Vec<String> {
    let mut imports: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for carried in &merged.carried {
        match &carried.kind {
            CarriedKind::BuiltIn => {}
            CarriedKind::Federation(directive) => {
                let Some((specification, version)) = directive.row().own else { continue };
                let url = format!("https://specs.apollo.dev/{specification}/{version}");
                let imported = imports.entry((url, is_security(*directive))).or_default();
                // The directive named like its specification needs no import, except beside others.
                imported.extend((specification == "cost").then(|| format!("\"@{}\"", carried.name)));
            }
            CarriedKind::Composed(composed) => {
                let element = format!("@{}", composed.element);
                let import = if composed.element == carried.name {
                    format!("\"{element}\"")
                } else {
                    format!("{{name: \"{element}\", as: \"@{}\"}}", carried.name)
                };
                imports.entry((composed.specification.url(), false)).or_default().push(import);
            }
        }
    }
    let link = |((url, security), imports): ((String, bool), Vec<String>)| {
        let imports = if imports.is_empty() { String::new() } else { format!(", import: [{}]", imports.join(", ")) };
        let security = if security { ", for: SECURITY" } else { "" };
        format!("@link(url: \"{url}\"{imports}{security})")
    };
    imports.into_iter().map(link).collect()
}

/// Whether a router that does not know the directive must refuse the supergraph.
fn is_security(directive: FederationDirective) -> bool {
    use FederationDirective as Directive;
    matches!(
        directive,
        Directive::Inaccessible | Directive::Authenticated | Directive::RequiresScopes | Directive::Policy
    )
}

/// The directive definitions, by name.
pub(super) fn directives(merged: &Merged, features: Features) -> Vec<(String, String)> {
    let label = if features.labels { ", overrideLabel: String" } else { "" };
    let contexts = if features.contexts { ", contextArguments: [join__ContextArgument!]" } else { "" };
    let mut definitions: Vec<String> = [
        "@join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
        "@join__graph(name: String!, url: String!) on ENUM_VALUE",
        "@join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE",
        "@join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, \
         isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR",
        "@join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
        "@link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA",
    ]
    .map(str::to_owned)
    .to_vec();
    definitions.push(format!(
        "@join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, \
         external: Boolean, override: String, usedOverridden: Boolean{label}{contexts}) repeatable on FIELD_DEFINITION | \
         INPUT_FIELD_DEFINITION"
    ));
    if features.contexts {
        definitions.push("@context(name: String!) repeatable on INTERFACE | OBJECT | UNION".to_owned());
        definitions.push("@context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION".to_owned());
    }
    if features.cache_tags {
        definitions.push(
            "@join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA \
             | OBJECT | INTERFACE | FIELD_DEFINITION"
                .to_owned(),
        );
    }
    definitions.extend(merged.carried.iter().filter_map(specified_definition));
    let mut named: Vec<(String, String)> = definitions
        .into_iter()
        .map(|definition| {
            let name = definition.split(['(', ' ']).next().unwrap_or_default().to_owned();
            (name, format!("directive {definition}"))
        })
        .collect();
    for carried in &merged.carried {
        if let CarriedKind::Composed(composed) = &carried.kind {
            named.push((format!("@{}", carried.name), composed.definition.to_string().trim_end().to_owned()));
        }
    }
    let executable = merged.executable.iter();
    named.extend(
        executable.map(|definition| (format!("@{}", definition.name), definition.to_string().trim_end().to_owned())),
    );
    named
}

fn specified_definition(carried: &Carried) -> Option<String> {
    let directive = match &carried.kind {
        CarriedKind::Federation(directive) => directive,
        CarriedKind::BuiltIn if carried.name == "oneOf" => return Some("@oneOf on INPUT_OBJECT".to_owned()),
        _ => return None,
    };
    let definition =
        directive.row().definition.replace("Scope!", "requiresScopes__Scope!").replace("Policy!", "policy__Policy!");
    let separator = if definition.starts_with('(') { "" } else { " " };
    Some(format!("@{}{separator}{definition}", carried.name))
}

/// The types of the machinery, by name.
pub(super) fn types(subgraphs: &[Subgraph], merged: &Merged, features: Features) -> Vec<(String, String)> {
    let graphs = subgraphs.iter().map(|subgraph| {
        let text = |value: &str| apollo_compiler::ast::Value::String(value.to_owned()).to_string();
        format!("  {} @join__graph(name: {}, url: {})\n", subgraph.graph, text(&subgraph.name), text(&subgraph.url))
    });
    let graphs: String = graphs.collect();
    let mut types = vec![
        ("join__FieldSet".to_owned(), "scalar join__FieldSet".to_owned()),
        ("join__Graph".to_owned(), format!("enum join__Graph {{\n{graphs}}}")),
        ("link__Import".to_owned(), "scalar link__Import".to_owned()),
        (
            "link__Purpose".to_owned(),
            "enum link__Purpose {\n  \"\"\"\n  Needed to resolve fields securely.\n  \"\"\"\n  SECURITY\n\n  \"\"\"\n  \
             Needed to execute operations.\n  \"\"\"\n  EXECUTION\n}"
                .to_owned(),
        ),
    ];
    let scalars = [
        (features.contexts, "context__ContextFieldValue"),
        (features.contexts, "join__FieldValue"),
        (features.cache_tags, "join__DirectiveArguments"),
    ];
    for (_, scalar) in scalars.into_iter().filter(|(is_used, _)| *is_used) {
        types.push((scalar.to_owned(), format!("scalar {scalar}")));
    }
    if features.contexts {
        let members = "name: String!\n  type: String!\n  context: String!\n  selection: join__FieldValue!";
        let name = "join__ContextArgument";
        types.push((name.to_owned(), format!("input {name} {{\n  {members}\n}}")));
    }
    for (directive, scalar) in [
        (FederationDirective::RequiresScopes, "requiresScopes__Scope"),
        (FederationDirective::Policy, "policy__Policy"),
    ] {
        if merged.carried.iter().any(|carried| carried.kind == CarriedKind::Federation(directive)) {
            types.push((scalar.to_owned(), format!("scalar {scalar}")));
        }
    }
    types
}
