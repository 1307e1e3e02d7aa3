//! Descriptions of REST paths (OpenAPI 3.1), as tests read them.

use std::collections::BTreeSet;

use serde_json::Value;

/// Method and path of each operation of a document.
///
/// # Panics
/// When it has no paths.
#[must_use]
pub fn openapi_operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().expect("the document has paths").iter();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("a path has methods").keys();
        methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    });
    operations.collect()
}

/// Checks that a document is of version 3.1, that every reference leads somewhere and that no operation's id stands twice.
///
/// # Panics
/// When it is not so.
pub fn assert_openapi_is_whole(document: &Value) {
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(document, &mut found);
    assert!(found.len() > 10, "it has {} references only", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a reference stays in the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let paths = document["paths"].as_object().expect("the document has paths").values();
    let operations = paths.flat_map(|path| path.as_object().expect("a path has methods").values());
    let ids: Vec<&str> = operations.map(|one| one["operationId"].as_str().expect("an operation has an id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an operationId stands twice");
}

/// Every `$ref` of a value.
fn references<'d>(value: &'d Value, into: &mut Vec<&'d str>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}
