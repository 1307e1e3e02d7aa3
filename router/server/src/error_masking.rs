//! What a client may read of an error (P8): the router's own words, and those of a subgraph whose code says that they
//! were written for clients. Everything else goes to the log, under the trace id that the client is given.

use std::collections::{BTreeMap, HashSet};

use router_execution::{ErrorOrigin, ExecutionError, JsonMap, code};

use crate::configuration::{ErrorSettings, MessageRule, SubgraphErrorSettings};

/// The codes of P8 whose messages are for clients.
pub(crate) const CLIENT_CODES: [&str; 10] = [
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
/// What comes after this in a message is for operators.
const MALFORMED: &str = " sent an invalid reply";
/// Sentences for people are shorter. What is longer was not written for them.
const MESSAGE_BYTES_MAX: usize = 2_048;
/// The longest extension for clients, as JSON.
const EXTENSION_BYTES_MAX: usize = 4_096;

/// Decides which messages pass.
#[derive(Debug)]
pub(crate) struct ErrorMask {
    others: Rules,
    subgraphs: BTreeMap<String, Rules>,
    /// Of the subgraphs, with the port: no message says them.
    addresses: Vec<String>,
    names_subgraphs: bool,
}

/// What clients may read of a subgraph's errors.
#[derive(Debug)]
struct Rules {
    messages: MessageRule,
    codes: HashSet<String>,
    extensions: HashSet<String>,
}

impl Rules {
    fn new(settings: &ErrorSettings, own: &SubgraphErrorSettings) -> Self {
        let codes = CLIENT_CODES.iter().map(|code| (*code).to_owned());
        Self {
            messages: own.messages,
            codes: codes.chain(settings.client_codes.iter().chain(&own.client_codes).cloned()).collect(),
            extensions: settings.extensions.iter().chain(&own.extensions).cloned().collect(),
        }
    }
}

impl ErrorMask {
    /// `addresses` are those of the subgraphs, as they are connected to.
    pub(crate) fn new(settings: &ErrorSettings, addresses: Vec<String>) -> Self {
        let subgraphs = settings.subgraphs.iter().map(|(name, own)| (name.clone(), Rules::new(settings, own)));
        Self {
            others: Rules::new(settings, &SubgraphErrorSettings::default()),
            subgraphs: subgraphs.collect(),
            addresses,
            names_subgraphs: settings.name_subgraphs,
        }
    }

    /// Logs each error whole, and takes from it what is not for clients.
    pub(crate) fn apply(&self, errors: &mut [ExecutionError], trace_id: &str) {
        for error in errors {
            match &error.origin {
                ErrorOrigin::Router => self.apply_to_own(error, trace_id),
                ErrorOrigin::Subgraph(subgraph) => {
                    let rules = self.subgraphs.get(subgraph).unwrap_or(&self.others);
                    self.apply_to_reported(rules, error, trace_id);
                }
            }
            if !self.names_subgraphs {
                error.extensions.remove("subgraph");
            }
        }
    }

    /// The router's own words say nothing from inside, but which subgraph they are about.
    fn apply_to_own(&self, error: &mut ExecutionError, trace_id: &str) {
        if let Some(detail) = &error.detail {
            tracing::warn!(trace_id, code = error.code(), message = error.message, detail, "a fetch failed");
        }
        if error.code() == code::SUBGRAPH_INVALID_REPLY {
            // How a reply is malformed tells how subgraphs are asked.
            tracing::warn!(trace_id, message = error.message, "a subgraph sent an invalid reply");
            if let Some(begin) = error.message.find(MALFORMED) {
                error.message.replace_range(begin + MALFORMED.len().., ".");
            }
        }
        if self.names_subgraphs || !error.extensions.contains_key("subgraph") {
            return;
        }
        let nameless = match error.code() {
            code::SUBGRAPH_UNAVAILABLE => "A part of the graph cannot be reached.",
            code::SUBGRAPH_TIMEOUT => "A part of the graph did not reply in time.",
            code::SUBGRAPH_INVALID_REPLY => "A part of the graph sent an invalid reply.",
            code::RESPONSE_TOO_LARGE | code::OPERATION_TIMEOUT => return,
            _ => MASKED,
        };
        nameless.clone_into(&mut error.message);
    }

    fn apply_to_reported(&self, rules: &Rules, error: &mut ExecutionError, trace_id: &str) {
        let is_client_code = rules.codes.contains(error.code());
        let shows_code = is_client_code || rules.messages == MessageRule::Pass;
        let shows_message = shows_code && rules.messages != MessageRule::Mask && self.is_for_people(&error.message);
        if shows_code {
            show_extensions(rules, &mut error.extensions, &error.reported);
        }
        if shows_code && shows_message {
            return;
        }
        let ErrorOrigin::Subgraph(subgraph) = &error.origin else { return };
        tracing::error!(
            trace_id,
            subgraph,
            code = error.code(),
            message = error.message,
            detail = error.detail.as_deref().unwrap_or_default(),
            "a subgraph reported an error that clients do not see"
        );
        MASKED.clone_into(&mut error.message);
        if !shows_code {
            error.extensions.insert("code", code::INTERNAL.into());
        }
    }

    /// One line of a sensible length, which does not say where a subgraph is. A stack has lines, and a dump is long.
    fn is_for_people(&self, message: &str) -> bool {
        message.len() <= MESSAGE_BYTES_MAX
            && !message.contains(char::is_control)
            && !self.addresses.iter().any(|address| message.contains(address.as_str()))
    }
}

/// Adds what the rules name of what the subgraph reported.
fn show_extensions(rules: &Rules, shown: &mut JsonMap, reported: &JsonMap) {
    for name in &rules.extensions {
        let value = reported.get(name.as_str());
        if let Some(value) = value.filter(|value| is_short(value)) {
            shown.insert(name.as_str(), value.clone());
        }
    }
}

fn is_short(value: &apollo_compiler::response::JsonValue) -> bool {
    value.to_string().len() <= EXTENSION_BYTES_MAX
}
