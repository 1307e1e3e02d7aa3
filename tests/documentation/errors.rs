//! docs/reference/errors.md: every code that a client can meet.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use apollo_compiler::ast::{Definition, Document};
use kit_graph::ErrorCode;
use lyceum::platform;
use router_execution::code;

use super::{cell, check_page, repository};

/// Code, meaning, what to do.
const GRAPH: [(&str, &str, &str); 16] = [
    (
        "UNAUTHENTICATED",
        "Nobody is signed in, or the token is not accepted.",
        "Sign in, or renew the token; `www-authenticate` says what is wrong with it.",
    ),
    (
        "FORBIDDEN",
        "The viewer may not.",
        "Ask with an account that owns the thing, or that has the scope which the schema names.",
    ),
    (
        "BAD_USER_INPUT",
        "The request cannot be understood, or a value in it cannot be used.",
        "Read the message: it names the place and the rule.",
    ),
    ("INVALID_CURSOR", "The cursor is not of this list.", "Take cursors from the same field with the same order."),
    (
        "OPERATION_TOO_COMPLEX",
        "The operation asks for too much: fields, aliases, root fields, tokens.",
        "Ask for less at once; the message names the limit, docs/reference/configuration.md its key.",
    ),
    ("OPERATION_TOO_DEEP", "The operation is nested too deeply.", "Ask for fewer levels."),
    ("RATE_LIMITED", "Too many requests.", "Wait as long as `retry-after` says."),
    ("PERSISTED_QUERY_NOT_FOUND", "No operation is registered under this hash.", "Send its text, or register it."),
    ("PERSISTED_QUERY_ONLY", "Only registered operations are accepted here.", "Register the operation."),
    (
        "SUBGRAPH_UNAVAILABLE",
        "A subgraph cannot be reached; its fields are null, the others are there.",
        "Try again; operators find the subgraph in the log under the trace id.",
    ),
    (
        "SUBGRAPH_TIMEOUT",
        "A subgraph has not answered in time; its fields are null.",
        "Try again; `router.subgraph_requests` holds the times.",
    ),
    (
        "OPERATION_TIMEOUT",
        "The time for the whole operation is over; what was not answered by then is null, the rest is there.",
        "Ask for less at once. A field of a mutation may have been done all the same, where the message says so.",
    ),
    (
        "SUBGRAPH_INVALID_REPLY",
        "A subgraph's answer cannot be used: no JSON, not a GraphQL response, or against the schema.",
        "Operators find the reason in the log under the trace id.",
    ),
    ("CIRCUIT_OPEN", "A subgraph has failed too often and is left alone for a while.", "Try again later."),
    ("RESPONSE_TOO_LARGE", "The merged data would be too large.", "Ask for less at once."),
    (
        "INTERNAL",
        "Something is wrong on our side. The message is hidden from clients.",
        "Report the trace id: the log has the rest.",
    ),
];

/// Issue of the first path: every error says what happened and what to do, and its code is stable.
#[test]
fn the_error_reference_is_true() {
    let documented: BTreeSet<&str> = GRAPH.iter().map(|(code, ..)| *code).collect();
    let of_subgraphs = ErrorCode::ALL.iter().map(|code| code.name());
    let of_the_router = [
        code::SUBGRAPH_UNAVAILABLE,
        code::SUBGRAPH_TIMEOUT,
        code::OPERATION_TIMEOUT,
        code::SUBGRAPH_INVALID_REPLY,
        code::RESPONSE_TOO_LARGE,
        code::INTERNAL,
    ];
    let given: BTreeSet<&str> = of_subgraphs.chain(of_the_router).collect();
    assert_eq!(documented, given);
    check_page("errors.md", &page());
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (code, meaning, remedy) in GRAPH {
        writeln!(page, "| `{code}` | {} | {} |", cell(meaning), cell(remedy)).unwrap();
    }
    page.push_str(USER_ERRORS);
    for name in platform::names() {
        let subgraph = platform::subgraph(name).unwrap();
        for (code, meaning) in user_errors(&(subgraph.sdl)()) {
            writeln!(page, "| {name} | `{code}` | {} |", cell(&meaning)).unwrap();
        }
    }
    page.push_str(PROBLEMS);
    for (code, status) in problems() {
        writeln!(page, "| `{code}` | {status} |").unwrap();
    }
    page
}

/// The values of the subgraph's enum of user errors, with their descriptions.
fn user_errors(sdl: &str) -> Vec<(String, String)> {
    let document = Document::parse(sdl, "schema.graphql").expect("a subgraph's SDL parses");
    let enums = document.definitions.iter().filter_map(|definition| match definition {
        Definition::EnumTypeDefinition(found) if found.name.ends_with("ErrorCode") => Some(found),
        _ => None,
    });
    enums
        .flat_map(|found| &found.values)
        .map(|value| (value.value.to_string(), value.description.as_deref().unwrap_or_default().to_owned()))
        .collect()
}

/// The codes of problems and their statuses, as the one place that makes them has them.
fn problems() -> BTreeSet<(String, u16)> {
    let source = std::fs::read_to_string(repository("subgraphs/identity/src/rest/problem.rs")).unwrap();
    let pairs = source.lines().filter_map(|line| {
        let (_, rest) = line.split_once("(StatusCode::")?;
        let (status, rest) = rest.split_once(", \"")?;
        Some((rest.split('"').next()?.to_owned(), status_of(status)))
    });
    pairs.collect()
}

fn status_of(name: &str) -> u16 {
    let all = (100..600).filter_map(|number| http::StatusCode::from_u16(number).ok());
    let named = all.filter(|status| {
        let reason = status.canonical_reason().unwrap_or_default();
        reason.to_uppercase().replace([' ', '-'], "_") == name
    });
    named.map(|status| status.as_u16()).next().unwrap_or_else(|| panic!("{name} is no status"))
}

const INTRODUCTION: &str = "# Errors

## Of the graph

Every error of a GraphQL response has `extensions.code`. Clients may rely on the codes; messages are for people and may
change. An error of one field costs that field only: the rest of `data` is there. Where `extensions.traceId` is given, the
log has more under it.

| code | meaning | what to do |
|---|---|---|
";

const USER_ERRORS: &str = "
## Of mutations

What a person can mend is data: a mutation's `userErrors`, with a message for the person, the `path` of the input field at
fault, and a code of the subgraph's own. The entity is null then, and nothing has changed.

| subgraph | code | meaning |
|---|---|---|
";

const PROBLEMS: &str = "
## Of signing in

REST paths answer with problems (RFC 9457, `application/problem+json`): `type`, `title`, `status`, `detail`, and `code`,
`traceId` and `errors` with a JSON pointer to each field at fault.

| code | status |
|---|---|
";
