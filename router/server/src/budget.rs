//! What an operation may cost its viewer, and what a client is told of it (domain section 4.4).

use http::HeaderMap;
use router_execution::{JsonMap, JsonValue, Reply};

use crate::configuration::{CostMode, CostSettings};
use crate::cost::{Formula, Variables};
use crate::identity::Viewer;
use crate::rates::Throttle;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::telemetry;

/// How many of the most expensive fields a refusal names.
const NAMED_MAX: usize = 3;
/// A client sends it, with the value `1`, to read the costs in `extensions.cost`.
const COST_HEADER: &str = "x-cost";

/// Reckons what the operation may cost with these variables.
///
/// # Errors
/// When that is more than the viewer may spend.
pub(crate) fn require(
    settings: &CostSettings,
    viewer: &Viewer,
    formula: &Formula,
    variables: &Variables,
) -> Result<u64, Refusal> {
    let (cost, budget) = (formula.cost(variables), budget_of(settings, viewer));
    telemetry::record_operation_cost("requested", cost);
    if cost <= budget {
        return Ok(cost);
    }
    telemetry::count_operation_over_budget();
    if settings.mode == CostMode::Measure {
        tracing::warn!(cost, budget, "an operation costs more than its budget, and is executed all the same");
        return Ok(cost);
    }
    let expensive = formula.most_expensive(variables, NAMED_MAX);
    let named: Vec<String> = expensive.iter().map(|each| format!("{} ({})", each.path, each.cost)).collect();
    let message = format!(
        "The operation may cost {cost}; at most {budget} is allowed. The most expensive fields are {}. Ask for shorter \
         lists, or in parts.",
        named.join(", ")
    );
    let mut error = RequestError::new(ErrorCode::OperationTooComplex, message);
    error.extensions.insert("cost".to_owned(), cost.into());
    error.extensions.insert("budget".to_owned(), budget.into());
    Err(Refusal::of_errors(RefusalClass::Operation, vec![error]))
}

fn budget_of(settings: &CostSettings, viewer: &Viewer) -> u64 {
    let Viewer::Authenticated(claims) = viewer else { return settings.budget };
    let by_scope = claims.scopes.iter().filter_map(|scope| settings.budget_by_scope.get(scope));
    by_scope.fold(settings.budget, |most, budget| most.max(*budget))
}

/// Whether the client wants to read what its operation costs.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(COST_HEADER).is_some_and(|value| value == "1")
}

/// Counts what the reply has cost, and tells it in `extensions.cost`.
pub(crate) fn tell(
    reply: &mut Reply,
    formula: &Formula,
    variables: &Variables,
    requested: u64,
    throttle: Option<Throttle>,
) {
    let data = serde_json::from_str(reply.data.get()).unwrap_or_default();
    let actual = formula.actual(variables, &data);
    telemetry::record_operation_cost("actual", actual);
    let mut told = JsonMap::new();
    told.insert("requested", requested.into());
    told.insert("actual", actual.into());
    if let Some(throttle) = throttle {
        let mut status = JsonMap::new();
        status.insert("maximumAvailable", throttle.maximum.into());
        status.insert("currentlyAvailable", throttle.available.into());
        status.insert("restoreRate", throttle.restored_per_second.into());
        told.insert("throttleStatus", JsonValue::Object(status));
    }
    reply.extensions.insert("cost", JsonValue::Object(told));
}
