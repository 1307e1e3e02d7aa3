//! What kinds of values an answer has where: the part of it that clients rely on (domain section 5.2).

use std::path::Path;

use serde_json::{Map, Value, json};

/// Fails when the answer's `data` has another shape than the one that is kept for this operation. With
/// `LYCEUM_UPDATE_REFERENCE=1` the shape is written instead.
#[track_caller]
pub(crate) fn assert_shape(operation: &str, data: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/graph/shapes").join(format!("{operation}.json"));
    let text = format!("{:#}\n", shape(data));
    if std::env::var("LYCEUM_UPDATE_REFERENCE").is_ok_and(|value| value == "1") {
        std::fs::write(&file, &text).expect("the shape can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{operation}: the answer has the shape\n{text}and {} keeps\n{kept}", file.display());
}

/// Each value's kind; of a list the shapes of its entries, each once.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("Boolean"),
        Value::Number(_) => json!("Number"),
        Value::String(_) => json!("String"),
        Value::Array(entries) => {
            let mut shapes: Vec<Value> = Vec::new();
            for entry in entries.iter().map(shape) {
                if !shapes.contains(&entry) {
                    shapes.push(entry);
                }
            }
            Value::Array(shapes)
        }
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), shape(value))).collect::<Map<_, _>>())
        }
    }
}
