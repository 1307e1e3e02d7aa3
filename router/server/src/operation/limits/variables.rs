//! Values that come in variables: as long and as deep as they might be written in the document.

use router_execution::{JsonMap, JsonValue};

use super::within;
use crate::configuration::OperationLimits;
use crate::refusal::{ErrorCode, Refusal};

/// Refuses variables with more than the limits allow (AMP-10, OW-09).
///
/// # Errors
/// The first limit that they exceed.
pub(crate) fn check_variables(limits: &OperationLimits, variables: &JsonMap) -> Result<(), Refusal> {
    let mut list_values = 0;
    let depth = variables.values().map(|value| depth(value, &mut list_values)).max().unwrap_or_default();
    within(list_values, limits.list_values_max, ErrorCode::OperationTooComplex, "values long in one list")?;
    within(depth, limits.input_depth_max, ErrorCode::OperationTooDeep, "levels of input values deep")
}

/// How many lists and objects stand one in the other; admission bounds how deep this recurses.
fn depth(value: &JsonValue, list_values: &mut usize) -> usize {
    match value {
        JsonValue::Array(items) => {
            *list_values = (*list_values).max(items.len());
            1 + items.iter().map(|item| depth(item, list_values)).max().unwrap_or_default()
        }
        JsonValue::Object(members) => {
            1 + members.values().map(|member| depth(member, list_values)).max().unwrap_or_default()
        }
        _ => 0,
    }
}
