//! docs/reference/configuration.md, made of the JSON Schema that `lyceum config schema` prints.

use std::fmt::Write as _;

use lyceum::configuration::Configuration;
use schemars::schema_for;
use serde_json::{Map, Value};

use super::{cell, check_page};

/// Design.md "The command", issue of the first path: every key with its type, default and meaning.
#[test]
fn the_configuration_reference_is_true() {
    check_page("configuration.md", &page());
}

fn page() -> String {
    let schema = Value::from(schema_for!(Configuration));
    let mut page = INTRODUCTION.to_owned();
    let mut sections = vec![(String::new(), schema.clone(), Value::Null)];
    while !sections.is_empty() {
        let (path, section, defaults) = sections.remove(0);
        write_section(&mut page, &path, &section);
        let properties = section["properties"].as_object().cloned().unwrap_or_default();
        write_table(&mut page, &schema, &section, &properties, &defaults);
        let below: Vec<_> = properties
            .iter()
            .filter_map(|(key, property)| {
                let (suffix, object) = object_below(&schema, property)?;
                let default = default_of(key, property, &defaults).cloned().unwrap_or_default();
                Some((join(&path, &format!("{key}{suffix}")), object, default))
            })
            .collect();
        // Depth first: a section's parts follow it.
        sections.splice(0..0, below);
    }
    page
}

fn write_section(page: &mut String, path: &str, section: &Value) {
    if !path.is_empty() {
        writeln!(page, "\n## {path}\n").unwrap();
        writeln!(page, "{}", section["description"].as_str().unwrap_or_default()).unwrap();
    }
}

fn write_table(page: &mut String, schema: &Value, section: &Value, properties: &Map<String, Value>, defaults: &Value) {
    page.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for (key, property) in properties {
        let required = section["required"].as_array().is_some_and(|names| names.contains(&Value::from(key.as_str())));
        let default = match default_of(key, property, defaults) {
            Some(Value::Object(_)) => "see below".to_owned(),
            Some(Value::Null) | None if required => "required".to_owned(),
            Some(Value::Null) | None => "none".to_owned(),
            Some(value) => format!("`{value}`"),
        };
        let meaning = property["description"].as_str().unwrap_or_default();
        let choices = choices(schema, property);
        writeln!(
            page,
            "| `{key}` | {} | {default} | {} |",
            type_name(schema, property),
            cell(&format!("{meaning}{choices}"))
        )
        .unwrap();
        assert!(!meaning.is_empty(), "the key {key} has no description");
    }
}

/// The default of a key: its own, else what its section's default says of it.
fn default_of<'v>(key: &str, property: &'v Value, defaults: &'v Value) -> Option<&'v Value> {
    property.get("default").or_else(|| defaults.get(key))
}

/// The object that a key holds, or a list or a map of: with what its path gets, such as `[]`.
fn object_below(schema: &Value, property: &Value) -> Option<(&'static str, Value)> {
    let is_object = |value: &Value| value["properties"].is_object();
    let target = resolve(schema, property);
    if is_object(&target) {
        return Some(("", target));
    }
    let items = resolve(schema, &target["items"]);
    if is_object(&items) {
        return Some(("[]", items));
    }
    let values = resolve(schema, &target["additionalProperties"]);
    is_object(&values).then_some((".<name>", values))
}

/// Follows references, and takes the one alternative that is not `null`.
fn resolve(schema: &Value, property: &Value) -> Value {
    if let Some(reference) = property["$ref"].as_str() {
        return schema.pointer(reference.trim_start_matches('#')).cloned().expect("references lead somewhere");
    }
    let alternatives = property["anyOf"].as_array().into_iter().flatten();
    match alternatives.filter(|one| one["type"] != "null").collect::<Vec<_>>().as_slice() {
        [one] => resolve(schema, one),
        _ => property.clone(),
    }
}

fn type_name(schema: &Value, property: &Value) -> String {
    let target = resolve(schema, property);
    let constants = constants(&target);
    if !constants.is_empty() {
        return constants.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    }
    let names: Vec<&str> = match &target["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => vec!["value"],
    };
    match names.join(" or ").as_str() {
        "array" => format!("list of {}", type_name(schema, &target["items"])),
        "object" if target["additionalProperties"].is_object() => "map".to_owned(),
        name => name.to_owned(),
    }
}

fn constants(target: &Value) -> Vec<String> {
    let variants = target["oneOf"].as_array().into_iter().flatten();
    let of_variant = |variant: &Value| variant["const"].as_str().map(str::to_owned);
    let listed = target["enum"].as_array().into_iter().flatten();
    variants.filter_map(of_variant).chain(listed.filter_map(|value| value.as_str().map(str::to_owned))).collect()
}

/// What each choice means, behind the meaning of the key.
fn choices(schema: &Value, property: &Value) -> String {
    let target = resolve(schema, property);
    let items = resolve(schema, &target["items"]);
    let variants = target["oneOf"].as_array().or(items["oneOf"].as_array()).cloned().unwrap_or_default();
    variants
        .iter()
        .filter_map(|one| Some(format!(" `{}`: {}", one["const"].as_str()?, one["description"].as_str()?)))
        .collect()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

const INTRODUCTION: &str = "# Configuration

`lyceum` reads `supergraph.yaml` from the working folder, or the file that `--config` names. Without either it uses the
settings that are built in, which are those of `supergraph.yaml` at the root of this repository. Unknown keys are
refused; `lyceum config check` says what is wrong where, and what to do. `lyceum config schema` prints the JSON Schema
for editors.

Relative paths start at the folder of the file. Command-line options and their environment variables are in
[commands](commands.md). The environment goes before the file:

| variable | meaning |
|---|---|
| `LYCEUM_<NAME>_DATABASE_URL` | the database of one subgraph, such as `LYCEUM_LEARNING_DATABASE_URL`; goes before `subgraphs.<name>.database` |
| `LYCEUM_REQUEST_KEY` | the keys of signed requests (signed-requests.md); goes before `request.key` in the data folder |
| `LYCEUM_EVENTS_REDIS_URL` | the server of the event log; goes before `events.redis` |
| `LYCEUM_MAIL_SMTP_URL` | the mail server; goes before `mail.smtp` |
| `LYCEUM_SMS_GATEWAY_TOKEN` | the bearer token of the gateway of short messages |
| `LYCEUM_ROUTER__<PATH>` | any key below `router`: its path in upper case, parts joined by two underscores; lists and maps as JSON |
| `DEMO_PASSWORD` | the password of the demonstration accounts, when they are made; else `lyceum-demonstration` |
";
