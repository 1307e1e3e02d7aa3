//! The one place through which every error of a response leaves.

use async_graphql::{ErrorExtensionValues, Response, ServerError};

use super::{ErrorCode, GraphError};

/// How async-graphql begins what it says about a value that it cannot read; such errors come without a code.
const INPUT_COMPLAINTS: [&str; 3] = ["Failed to parse \"", "Expected input type \"", "Invalid value for argument \""];
/// What async-graphql says of its limits; such errors come without a code.
const TOO_COMPLEX: &str = "Query is too complex.";
const TOO_DEEP: [&str; 2] = ["Query is nested too deep.", "The recursion depth of the query"];

/// Gives every error of the response a code, the name of the subgraph and the trace id, and masks what nobody gave a
/// code (P8): an error that a resolver let through by `?` may tell what is inside.
pub fn finish_errors(response: &mut Response, subgraph: &str, trace_id: Option<&str>) {
    for error in &mut response.errors {
        if !has_code(error) {
            let code = code_of(error);
            if code == ErrorCode::Internal {
                tracing::error!(error = error.message, path = ?error.path, "a resolver failed without a code");
                error.message = GraphError::masked().message;
            }
            extensions(error).set("code", code.name());
        }
        // What the source holds is for this process only.
        error.source = None;
        extensions(error).set("subgraph", subgraph);
        if let Some(trace_id) = trace_id {
            extensions(error).set("traceId", trace_id);
        }
    }
}

fn extensions(error: &mut ServerError) -> &mut ErrorExtensionValues {
    error.extensions.get_or_insert_default()
}

fn has_code(error: &ServerError) -> bool {
    error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some())
}

fn code_of(error: &ServerError) -> ErrorCode {
    let says = |beginning: &&str| error.message.starts_with(*beginning);
    if error.message == TOO_COMPLEX {
        ErrorCode::OperationTooComplex
    } else if TOO_DEEP.iter().any(says) {
        ErrorCode::OperationTooDeep
    } else if error.source.is_none() && (error.path.is_empty() || INPUT_COMPLAINTS.iter().any(says)) {
        // Without a path it comes from parsing or validation, before any resolver has run.
        ErrorCode::BadUserInput
    } else {
        ErrorCode::Internal
    }
}
