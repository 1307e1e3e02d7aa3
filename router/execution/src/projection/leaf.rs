//! Result coercion of scalars (section 3.5).

use apollo_compiler::response::JsonValue;

/// How a scalar's value is written.
#[derive(Debug, PartialEq)]
pub(super) enum LeafText {
    /// As the JSON value that it is.
    AsGiven,
    /// As this JSON text.
    Rewritten(String),
}

/// How `value` is written as a scalar of type `type_name`; `None` when it is no value of that type. Scalars that are
/// not GraphQL's own are given as they are.
pub(super) fn scalar_text(type_name: &str, value: &JsonValue) -> Option<LeafText> {
    match (type_name, value) {
        ("Int", JsonValue::Number(number)) => int_text(number),
        // A JSON number is always finite.
        ("Float", JsonValue::Number(_)) | ("String" | "ID", JsonValue::String(_)) | ("Boolean", JsonValue::Bool(_)) => {
            Some(LeafText::AsGiven)
        }
        // An ID is serialised as a string, also when a subgraph keeps it as an integer.
        ("ID", JsonValue::Number(number)) if !number.is_f64() => Some(LeafText::Rewritten(format!("\"{number}\""))),
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
        _ => Some(LeafText::AsGiven),
    }
}

/// 32 bits, signed; `1.0` is an integer too.
fn int_text(number: &serde_json::Number) -> Option<LeafText> {
    if let Some(integer) = number.as_i64() {
        return i32::try_from(integer).ok().map(|_| LeafText::AsGiven);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    let in_range = float >= f64::from(i32::MIN) && float <= f64::from(i32::MAX);
    in_range.then(|| LeafText::Rewritten(format!("{float:.0}")))
}
