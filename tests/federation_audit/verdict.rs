//! Whether an answer is right, as the audit judges it: equal data, and errors where there must be some.

use serde_json::{Number, Value};

use crate::server::Expected;

/// What is wrong with an answer.
///
/// # Errors
/// A description of the difference.
pub(crate) fn judge(answer: &Value, expected: &Expected) -> Result<(), String> {
    let has_errors = answer["errors"].as_array().is_some_and(|errors| !errors.is_empty());
    if !are_equal(&answer["data"], &expected.data) || expected.errors.is_some_and(|wanted| wanted != has_errors) {
        let errors = expected.errors.map_or("with or without", |wanted| if wanted { "with" } else { "without" });
        return Err(format!("want {} {errors} errors\ngot  {answer}", expected.data));
    }
    Ok(())
}

/// Equality as JavaScript has it: an object's fields have no order, and 1 is 1.0.
fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| are_equal(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| are_equal(left, right))
        }
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == Number::as_f64(right),
        _ => left == right,
    }
}

/// The judge can say no.
#[test]
fn an_answer_with_other_data_or_unexpected_errors_is_wrong() {
    let expected = Expected { data: serde_json::json!({ "a": [1, null] }), errors: Some(false) };
    let verdict = |answer: &str| judge(&serde_json::from_str(answer).unwrap(), &expected).is_ok();
    assert!(verdict(r#"{"data":{"a":[1.0,null]}}"#));
    assert!(!verdict(r#"{"data":{"a":[1]}}"#));
    assert!(!verdict(r#"{"data":{"a":[1,null]},"errors":[{"message":"no"}]}"#));
    assert!(!verdict(r#"{"data":{"a":[1,null],"b":1}}"#));
}
