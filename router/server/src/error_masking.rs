//! What a client may read of an error (P8): the router's own words, and those of a subgraph whose code says that they
//! were written for clients. Everything else goes to the log, under the trace id that the client is given.

use std::collections::HashSet;

use router_execution::{ErrorOrigin, ExecutionError, code};

use crate::configuration::ErrorSettings;

/// The codes of P8 whose messages are for clients.
const CLIENT_CODES: [&str; 10] = [
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "BAD_USER_INPUT",
    "INVALID_CURSOR",
    "OPERATION_TOO_COMPLEX",
    "OPERATION_TOO_DEEP",
    "RATE_LIMITED",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_ONLY",
    "CIRCUIT_OPEN",
];

const MASKED: &str = "An internal error occurred; the operators find it by the trace id.";

/// Decides which messages pass.
#[derive(Debug)]
pub(crate) struct ErrorMask {
    client_codes: HashSet<String>,
}

impl ErrorMask {
    pub(crate) fn new(settings: &ErrorSettings) -> Self {
        let own = CLIENT_CODES.iter().map(|code| (*code).to_owned());
        Self { client_codes: own.chain(settings.client_codes.iter().cloned()).collect() }
    }

    /// Logs each error whole, and takes from it what is not for clients.
    pub(crate) fn apply(&self, errors: &mut [ExecutionError], trace_id: &str) {
        for error in errors {
            let ErrorOrigin::Subgraph(subgraph) = &error.origin else {
                if let Some(detail) = &error.detail {
                    tracing::warn!(trace_id, code = error.code(), message = error.message, detail, "a fetch failed");
                }
                continue;
            };
            if self.client_codes.contains(error.code()) {
                continue;
            }
            tracing::error!(
                trace_id,
                subgraph,
                code = error.code(),
                message = error.message,
                detail = error.detail.as_deref().unwrap_or_default(),
                "a subgraph reported an error that clients do not see"
            );
            MASKED.clone_into(&mut error.message);
            error.extensions.insert("code", code::INTERNAL.into());
        }
    }
}
