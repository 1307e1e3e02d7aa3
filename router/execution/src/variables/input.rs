//! Input coercion by type (GraphQL sections 3.5 to 3.12).

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputObjectType};

use super::ERRORS_MAX;
use super::constant::constant_to_json;

/// A place in a value, and what is wrong there.
pub(super) type Problem = (String, String);

/// The longest excerpt of a name in a message, in characters: real names fit, documents do not.
const EXCERPT_CHARACTERS_MAX: usize = 40;

/// How deep defaults of input objects may stand within defaults. Sensible ones nest once or twice; a cycle of them,
/// which older validation lets pass, ends here.
const DEFAULTS_DEPTH_MAX: usize = 16;

/// `value` as one of `expected`, or `None` after noting at least one problem.
pub(super) fn coerce_value(
    schema: &Schema,
    expected: &Type,
    value: &JsonValue,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Option<JsonValue> {
    Coercion { schema, problems, defaults_depth: 0 }.value(expected, value, path)
}

struct Coercion<'a> {
    schema: &'a Schema,
    problems: &'a mut Vec<Problem>,
    defaults_depth: usize,
}

impl Coercion<'_> {
    /// Recursion follows the value, whose nesting its parser bounds, or the list wrappers of the type.
    fn value(&mut self, expected: &Type, value: &JsonValue, path: &str) -> Option<JsonValue> {
        if value.is_null() {
            if expected.is_non_null() {
                return self.problem(path, format!("a value of type `{expected}` is required, but null was sent"));
            }
            return Some(JsonValue::Null);
        }
        match (expected, value) {
            (Type::List(item_type) | Type::NonNullList(item_type), JsonValue::Array(items)) => {
                self.list(item_type, items, path)
            }
            // A single value stands for a list of one.
            (Type::List(item_type) | Type::NonNullList(item_type), single) => {
                Some(JsonValue::Array(vec![self.value(item_type, single, path)?]))
            }
            (Type::Named(name) | Type::NonNullNamed(name), _) => self.named(name, value, path),
        }
    }

    fn list(&mut self, item_type: &Type, items: &[JsonValue], path: &str) -> Option<JsonValue> {
        let mut coerced = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            coerced.extend(self.value(item_type, item, &format!("{path}[{index}]")));
            if self.problems.len() >= ERRORS_MAX {
                break;
            }
        }
        (coerced.len() == items.len()).then_some(JsonValue::Array(coerced))
    }

    fn named(&mut self, type_name: &str, value: &JsonValue, path: &str) -> Option<JsonValue> {
        let is_valid = match self.schema.types.get(type_name) {
            Some(ExtendedType::Scalar(_)) => is_scalar_input(type_name, value),
            Some(ExtendedType::Enum(enum_type)) => match value.as_str() {
                Some(name) if enum_type.values.contains_key(name) => true,
                Some(name) => {
                    return self.problem(path, format!("enum `{type_name}` has no value {}", excerpt(name)));
                }
                None => false,
            },
            Some(ExtendedType::InputObject(input_type)) => match value {
                JsonValue::Object(object) => return self.input_object(input_type, object, path),
                _ => false,
            },
            _ => false,
        };
        if is_valid {
            return Some(value.clone());
        }
        self.problem(path, format!("expected `{type_name}`, but {} was sent", described(value)))
    }

    fn input_object(&mut self, input_type: &InputObjectType, object: &JsonMap, path: &str) -> Option<JsonValue> {
        let problems_before = self.problems.len();
        for key in object.keys().filter(|key| !input_type.fields.contains_key(key.as_str())) {
            let key = excerpt(key.as_str());
            self.problem(path, format!("`{}` has no field {key}", input_type.name));
            if self.problems.len() >= ERRORS_MAX {
                return None;
            }
        }
        let mut coerced = JsonMap::with_capacity(input_type.fields.len());
        for (name, field) in &input_type.fields {
            let field_path = format!("{path}.{name}");
            if let Some(value) = object.get(name.as_str()) {
                if let Some(value) = self.value(&field.ty, value, &field_path) {
                    coerced.insert(name.as_str(), value);
                }
            } else if let Some(default) = &field.default_value {
                if let Some(value) = self.default(&field.ty, default, &field_path) {
                    coerced.insert(name.as_str(), value);
                }
            } else if field.ty.is_non_null() {
                self.problem(&field_path, format!("a value of type `{}` is required, but none was sent", field.ty));
            }
        }
        if input_type.directives.has("oneOf") {
            self.check_one_of(input_type, object, path);
        }
        (self.problems.len() == problems_before).then_some(JsonValue::Object(coerced))
    }

    fn default(&mut self, expected: &Type, default: &apollo_compiler::ast::Value, path: &str) -> Option<JsonValue> {
        if self.defaults_depth >= DEFAULTS_DEPTH_MAX {
            return self.problem(path, "its default value nests in itself".to_owned());
        }
        let Some(value) = constant_to_json(default) else {
            return self.problem(path, "its default value is too large a number".to_owned());
        };
        self.defaults_depth += 1;
        let coerced = self.value(expected, &value, path);
        self.defaults_depth -= 1;
        coerced
    }

    /// A `@oneOf` input object has exactly one field, and it is not null (September 2025, section 3.10.1).
    fn check_one_of(&mut self, input_type: &InputObjectType, object: &JsonMap, path: &str) {
        if object.len() != 1 || object.values().any(JsonValue::is_null) {
            self.problem(path, format!("`{}` takes exactly one field, and it must not be null", input_type.name));
        }
    }

    fn problem(&mut self, path: &str, problem: String) -> Option<JsonValue> {
        self.problems.push((path.to_owned(), problem));
        None
    }
}

/// Scalars that are not GraphQL's own are the subgraphs' to judge.
fn is_scalar_input(type_name: &str, value: &JsonValue) -> bool {
    match type_name {
        "Int" => value.as_i64().is_some_and(|integer| i32::try_from(integer).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64() || value.is_u64(),
        _ => true,
    }
}

/// What was sent, for a message. The text of a string is not repeated: it may be a secret in the wrong place.
fn described(value: &JsonValue) -> String {
    match value {
        JsonValue::Object(_) => "an object".to_owned(),
        JsonValue::Array(_) => "a list".to_owned(),
        JsonValue::String(_) => "a string".to_owned(),
        other => other.to_string(),
    }
}

/// The beginning of a name that is not one of those expected.
fn excerpt(name: &str) -> String {
    let mut characters = name.chars();
    let beginning: String = characters.by_ref().take(EXCERPT_CHARACTERS_MAX).collect();
    if characters.next().is_none() { format!("`{beginning}`") } else { format!("`{beginning}…`") }
}
