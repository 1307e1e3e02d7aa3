//! What an operation may cost its viewer, and what a client is told of it (domain section 4.4).

use http::{HeaderMap, HeaderName};
use router_execution::{JsonMap, JsonValue, Reply};

use crate::configuration::{CostMode, CostSettings};
use crate::cost::{Formula, Variables};
use crate::identity::Viewer;
use crate::rates::Throttle;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::telemetry;

/// How many of the most expensive fields a refusal names.
const NAMED_MAX: usize = 3;
/// How many of them are told to who asks beforehand.
const FORETOLD_MAX: usize = 10;
/// What a client sends to read the costs in `extensions.cost`.
const COST_HEADER: HeaderName = HeaderName::from_static("x-cost");

/// What a client wants to read of its operation's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CostRequest {
    Nothing,
    /// What it may have cost and what it has, beside the data.
    Beside,
    /// What it may cost and what of it costs the most; nothing is executed.
    Only,
}

impl CostRequest {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match headers.get(COST_HEADER).map(http::HeaderValue::as_bytes) {
            Some(b"1") => Self::Beside,
            Some(b"only") => Self::Only,
            _ => Self::Nothing,
        }
    }
}

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
    telemetry::record_requested_cost(cost);
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

/// Tells what an operation may cost that is not executed, whether or not that is too much.
pub(crate) fn foretell(
    reply: &mut Reply,
    settings: &CostSettings,
    viewer: &Viewer,
    formula: &Formula,
    variables: &Variables,
) {
    let fields = formula.most_expensive(variables, FORETOLD_MAX).into_iter().map(|field| {
        let told = [("path", JsonValue::from(field.path)), ("cost", field.cost.into())];
        JsonValue::Object(told.into_iter().map(|(name, value)| (name.into(), value)).collect())
    });
    let mut told = JsonMap::new();
    told.insert("requested", formula.cost(variables).into());
    told.insert("budget", budget_of(settings, viewer).into());
    told.insert("fields", JsonValue::Array(fields.collect()));
    reply.extensions.insert("cost", JsonValue::Object(told));
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
    telemetry::record_actual_cost(actual);
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
