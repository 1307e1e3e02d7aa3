//! Positions that several subgraphs may be asked for.

use apollo_compiler::ExecutableDocument;
use router_planning::plan;

use crate::fixtures::suite;

fn planned(suite_name: &str, operation: &str) -> String {
    let supergraph = suite(suite_name).supergraph;
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation").unwrap();
    plan(&supergraph, &document, None).unwrap().display(&supergraph)
}

/// Subgraphs that share a field answer alike, so that a type which one of them cannot return there never stands there.
#[test]
fn a_type_that_not_all_who_share_a_field_can_return_is_not_asked_for() {
    let text = planned(
        "partial-union-complex",
        "{ rootA { wrapper { actions { __typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } } } } }",
    );
    assert!(text.contains("... on Common") && !text.contains("OnlyA") && !text.contains("OnlyB"), "{text}");
}

/// Where only one subgraph can be asked, all of its types count.
#[test]
fn a_type_of_the_only_subgraph_that_can_be_asked_is_asked_for() {
    let text = planned(
        "partial-union-complex",
        "{ rootA { bWrapper { actions { ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } } } } }",
    );
    assert!(text.contains("... on OnlyB") && !text.contains("OnlyA"), "{text}");
}

/// Nothing but impossible types selected: the object is still asked for, so that it can be told from null.
#[test]
fn a_position_of_which_only_impossible_types_are_selected_is_still_fetched() {
    let text = planned("partial-union-complex", "{ rootA { wrapper { actions { ... on OnlyA { a } } } } }");
    assert!(text.contains("__typename") && !text.contains("OnlyA"), "{text}");
}

/// Of two plans with equally many fetches the one wins that has more of the answer earlier.
#[test]
fn what_a_first_fetch_provides_is_taken_there() {
    let text = planned("provides-on-interface", "{ media { id animals { id name ... on Cat { age } } } }");
    let (first, second) = text.split_once("#1 c after #0").unwrap();
    assert!(first.starts_with("#0 b\n") && first.contains(" name\n"), "{text}");
    assert!(second.contains(" age\n") && !second.contains(" name\n"), "{text}");
}
