//! The text of operations.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{Definition, Document, Selection};
use router_planning::{PlanningOptions, plan, plan_with_options};
use router_schema::RuleId;

use crate::Outcome;
use crate::graph::graph;

/// The fields of the graph that only some viewers may see, and that no join needs.
const PROTECTED: [&str; 2] = ["secret", "power"];

/// An operation that is valid for the graph has one plan, always the same, of fetches that are GraphQL, or is refused for
/// a bound that it exceeds. That for a viewer who meets no rule asks for nothing that is protected (FED-19).
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
    let unmet_rules = (0..graph().authorization().rules().len()).map(RuleId).collect();
    let for_nobody = PlanningOptions { unmet_rules, ..PlanningOptions::default() };
    for name in names.take(4) {
        if let Ok(plan) = plan_with_options(graph(), &document, name, &for_nobody) {
            for fetch in &plan.fetches {
                assert!(!asks_for_protected(&fetch.document.text), "{} is protected", fetch.document.text);
            }
        }
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

fn asks_for_protected(document: &str) -> bool {
    let document = Document::parse(document, "fetch").unwrap_or_else(|error| panic!("{}", error.errors));
    document.definitions.iter().any(|definition| match definition {
        Definition::OperationDefinition(operation) => selects_protected(&operation.selection_set),
        Definition::FragmentDefinition(fragment) => selects_protected(&fragment.selection_set),
        _ => false,
    })
}

fn selects_protected(selections: &[Selection]) -> bool {
    selections.iter().any(|selection| match selection {
        Selection::Field(field) => PROTECTED.contains(&field.name.as_str()) || selects_protected(&field.selection_set),
        Selection::InlineFragment(inline) => selects_protected(&inline.selection_set),
        Selection::FragmentSpread(_) => false,
    })
}
