//! Constant GraphQL values as JSON.

use apollo_compiler::ast::Value;
use apollo_compiler::response::JsonValue;

/// The JSON of a default value. `None` when a number in it has no finite value, or a variable stands where validation
/// allows none. Its nesting is that of the document's, which the parser bounds.
pub(super) fn constant_to_json(value: &Value) -> Option<JsonValue> {
    Some(match value {
        Value::Null => JsonValue::Null,
        Value::Boolean(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Enum(name) => name.as_str().into(),
        Value::Int(number) => JsonValue::Number(number.as_str().parse().ok()?),
        Value::Float(number) => JsonValue::Number(number.as_str().parse().ok()?),
        Value::List(items) => items.iter().map(|item| constant_to_json(item)).collect::<Option<JsonValue>>()?,
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| Some((name.as_str(), constant_to_json(value)?)))
            .collect::<Option<JsonValue>>()?,
        Value::Variable(_) => return None,
    })
}
