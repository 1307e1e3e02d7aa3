//! Variable coercion (GraphQL section 6.1.2): from the client's JSON to values of the declared types.

mod constant;
mod input;

use apollo_compiler::Schema;
use apollo_compiler::executable::Operation;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use thiserror::Error;

use self::constant::constant_to_json;
use self::input::coerce_value;

/// Problems reported for one request, at most: enough to mend it, and no more than a client can cause work for.
const ERRORS_MAX: usize = 20;

/// A variable that the operation cannot run with. It is a request error: nothing is executed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("Variable `${variable}`{}: {problem}", at(path))]
pub struct VariableError {
    /// The variable's name.
    pub variable: String,
    /// Where in its value the problem is, such as `.items[2].price`; empty for the value as a whole.
    pub path: String,
    /// What is wrong, and what was expected.
    pub problem: String,
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{}`", path.trim_start_matches('.')) }
}

/// The values of `operation`'s variables from what the client sent: coerced, with defaults filled in. A variable that
/// was not sent and has no default stays absent, and one that is not declared is dropped.
///
/// `schema` is the public one that the operation was validated against.
///
/// # Errors
/// Every problem found, each with its place.
pub fn coerce_variables(
    schema: &Valid<Schema>,
    operation: &Operation,
    sent: &JsonMap,
) -> Result<Valid<JsonMap>, Vec<VariableError>> {
    let mut coerced = JsonMap::new();
    let mut errors = Vec::new();
    for declared in &operation.variables {
        let name = declared.name.as_str();
        let mut problems = Vec::new();
        match (sent.get(name), &declared.default_value) {
            (Some(value), _) => {
                if let Some(value) = coerce_value(schema, &declared.ty, value, "", &mut problems) {
                    coerced.insert(name, value);
                }
            }
            (None, Some(default)) => match constant_to_json(default) {
                Some(default) => {
                    if let Some(value) = coerce_value(schema, &declared.ty, &default, "", &mut problems) {
                        coerced.insert(name, value);
                    }
                }
                None => problems.push((String::new(), "its default value is too large a number".to_owned())),
            },
            (None, None) if declared.ty.is_non_null() => {
                problems
                    .push((String::new(), format!("a value of type `{}` is required, but none was sent", declared.ty)));
            }
            (None, None) => {}
        }
        let variable = || name.to_owned();
        errors.extend(problems.into_iter().map(|(path, problem)| VariableError {
            variable: variable(),
            path,
            problem,
        }));
        if errors.len() >= ERRORS_MAX {
            errors.truncate(ERRORS_MAX);
            break;
        }
    }
    // Each value was checked against its declared type just now.
    if errors.is_empty() { Ok(Valid::assume_valid(coerced)) } else { Err(errors) }
}
