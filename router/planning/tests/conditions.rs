//! `@skip` and `@include`, several around one field, or around all that is selected of an object.

use apollo_compiler::ExecutableDocument;
use router_planning::plan;
use router_schema::Supergraph;

use crate::written_supergraph::supergraph;

/// The documents of the plan, each of which must be valid for a schema that is served whole.
fn documents(supergraph: &Supergraph, operation: &str) -> Vec<String> {
    let parse = |text: &str| ExecutableDocument::parse_and_validate(supergraph.api_schema(), text, "text").unwrap();
    let plan = plan(supergraph, &parse(operation), None).unwrap();
    let texts: Vec<String> = plan.fetches.into_iter().map(|fetch| fetch.document.text).collect();
    texts.iter().for_each(|text| drop(parse(text)));
    texts
}

fn alone() -> Supergraph {
    let here = "@join__type(graph: ONE)";
    supergraph(&["one"], &format!("type Query {here} {{ me: User }} type User {here} {{ id: ID! friend: User }}"))
}

/// A directive stands once on a field (GraphQL 5.7.3): nested conditions nest in the fetch too.
#[test]
fn a_field_under_two_conditions_of_one_kind_is_written_in_a_fragment() {
    let operation = "query ($a: Boolean!, $b: Boolean!, $c: Boolean!) {
        me { ... @include(if: $a) { id @include(if: $b) @skip(if: $c) } friend { id } } }";
    assert_eq!(
        documents(&alone(), operation),
        [
            "query($a:Boolean!,$b:Boolean!,$c:Boolean!){me{...@include(if:$b){id@include(if:$a)@skip(if:$c)} friend{id}}}"
        ]
    );
}

/// An object of which everything is skipped is an empty object, or null: only its subgraph knows.
#[test]
fn an_object_of_which_everything_is_skipped_is_still_fetched() {
    for skipped in ["id @skip(if: true)", "... @include(if: $a) { id @skip(if: $a) }"] {
        let operation = format!("query ($a: Boolean!) {{ me {{ {skipped} }} friendly: me {{ id @skip(if: $a) }} }}");
        let documents = documents(&alone(), &operation);
        assert_eq!(documents.len(), 1, "{skipped}");
        assert!(documents[0].contains("me{__typename}"), "{documents:?}");
    }
}
