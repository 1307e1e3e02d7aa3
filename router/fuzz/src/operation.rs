//! The text of operations.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Document;
use router_planning::plan;

use crate::Outcome;
use crate::graph::graph;

/// An operation that is valid for the graph has one plan, always the same, of fetches that are GraphQL, or is refused for
/// a bound that it exceeds.
///
/// # Panics
/// When one of that does not hold.
#[must_use]
pub fn operation(input: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(input) else { return Outcome::Refused };
    let Ok(document) = ExecutableDocument::parse_and_validate(graph().api_schema(), text, "operation") else {
        return Outcome::Refused;
    };
    let names = document.operations.iter().map(|operation| operation.name.as_ref().map(apollo_compiler::Name::as_str));
    for name in names.take(4) {
        let planned = plan(graph(), &document, name);
        assert_eq!(planned, plan(graph(), &document, name), "the plan changes");
        let Ok(plan) = planned else { continue };
        for (index, fetch) in plan.fetches.iter().enumerate() {
            assert!(fetch.depends_on.iter().all(|other| other.0 < index), "a fetch stands before what it needs");
            Document::parse(fetch.document.text.as_str(), "fetch")
                .unwrap_or_else(|error| panic!("{} is not GraphQL: {}", fetch.document.text, error.errors));
        }
        assert!(!plan.display(graph()).is_empty());
        assert!(plan.to_json(graph()).is_object());
    }
    Outcome::Accepted
}
