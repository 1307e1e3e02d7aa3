//! The span of an operation's execution: OpenTelemetry's semantic conventions for GraphQL servers.

use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{Request, Response, Value};
use kit_graph::ErrorCode;
use tracing::Span;
use tracing::field::Empty;

/// The span; empty when nobody wants it recorded.
pub(super) fn span(request: &mut Request) -> Span {
    if !telemetry::active::is_recorded() {
        return Span::none();
    }
    let name = operation_name(request);
    let kind = kind(request);
    tracing::info_span!(
        "execute",
        // Names are chosen by those who ask, so that there are too many of them for the name of a span.
        otel.name = kind,
        otel.status_code = Empty,
        graphql.operation.type = kind,
        graphql.operation.name = name,
        graphql.errors = Empty,
        error.type = Empty,
    )
}

/// Notes how it was answered: with how many errors, and whether one of them is the subgraph's own fault.
pub(super) fn answered(span: &Span, response: &Response) {
    if span.is_disabled() || response.errors.is_empty() {
        return;
    }
    span.record("graphql.errors", telemetry::count(response.errors.len()));
    let code = |error: &async_graphql::ServerError| error.extensions.as_ref()?.get("code").cloned();
    let own = Value::from(ErrorCode::Internal.name());
    if response.errors.iter().any(|error| code(error).is_some_and(|code| code == own)) {
        span.record("error.type", ErrorCode::Internal.name());
        span.record("otel.status_code", "ERROR");
    }
}

/// The name of the operation that is asked for; nothing when it has none.
pub(super) fn operation_name(request: &mut Request) -> Option<String> {
    if let Some(name) = &request.operation_name {
        return Some(name.clone());
    }
    match &request.parsed_query().ok()?.operations {
        DocumentOperations::Single(_) => None,
        DocumentOperations::Multiple(operations) => match operations.len() {
            1 => operations.keys().next().map(ToString::to_string),
            _ => None,
        },
    }
}

fn kind(request: &mut Request) -> &'static str {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return "unparsed" };
    let is_asked = |given: Option<&str>| name.is_none() || given == name.as_deref();
    let mut operations = document.operations.iter();
    let asked = operations.find(|(given, _)| is_asked(given.map(async_graphql::Name::as_str)));
    match asked.map(|(_, operation)| operation.node.ty) {
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        Some(OperationType::Query) | None => "query",
    }
}
