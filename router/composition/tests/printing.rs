//! How errors and supergraphs are printed.

use apollo_compiler::ast::Value;
use proptest::prelude::{ProptestConfig, prop_assume, proptest};
use router_composition::{ErrorCode, compose, render};
use router_schema::Supergraph;

use crate::errors::refusal;
use crate::sources::{plain_subgraphs, subgraphs};

const SHARED: [(&str, &str); 2] = [("a", "type Query {\n  x: Int @shareable\n}"), ("b", "type Query {\n  x: Int\n}")];

#[test]
fn an_error_shows_file_line_and_caret_in_every_subgraph() {
    let subgraphs = subgraphs(SHARED);
    let text = render(&refusal(&subgraphs), &subgraphs, false);
    insta::assert_snapshot!(text);
}

#[test]
fn an_error_is_data_for_tools() {
    let errors = refusal(&subgraphs(SHARED));
    let json = serde_json::to_value(&errors[0]).unwrap();
    assert_eq!(json["code"], "INVALID_FIELD_SHARING");
    assert_eq!(json["locations"][1]["subgraph"], "b");
    assert_eq!(json["locations"][1]["file"], "b.graphql");
    assert_eq!(json["locations"][1]["line"], 5);
    assert_eq!(json["locations"][1]["column"], 3);
    assert!(json["remedy"].as_str().unwrap().contains("@shareable"));
}

#[test]
fn every_code_is_named_as_it_serialises() {
    for code in ErrorCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}

#[test]
fn a_supergraph_reads_as_the_reference_composer_prints_it() {
    let a = r#"
        "A thing."
        type Thing @key(fields: "id") @tag(name: "t") { id: ID! name: String @authenticated }
        type Query { thing(kind: Kind = BIG): Thing @cost(weight: 3) }
        enum Kind { BIG SMALL }
        extend schema @link(url: "https://lyceum.invalid/cache/v0.1", import: ["@cacheControl"])
            @composeDirective(name: "@cacheControl")
        directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT"#;
    let b = r#"
        extend schema @link(url: "https://lyceum.invalid/cache/v0.1", import: ["@cacheControl"])
        directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT
        type Thing @key(fields: "id") { id: ID! name: String @external
          price(unit: String!): Int! @requires(fields: "name") @cacheControl(maxAge: 5) @authenticated }
        type Mutation { change(input: ChangeInput!): Thing }
        input ChangeInput @oneOf { name: String number: Int }"#;
    insta::assert_snapshot!(compose(&subgraphs([("a", a), ("b", b)])).unwrap().supergraph_sdl);
}

#[test]
fn names_of_subgraphs_become_enum_values_of_their_own() {
    let named = plain_subgraphs([
        ("my-graph", "type Query { a: Int }"),
        ("my_graph", "type Query { b: Int }"),
        ("2nd", "type Query { c: Int }"),
    ]);
    let sdl = compose(&named).unwrap().supergraph_sdl;
    for (value, name) in [("_2ND", "2nd"), ("MY_GRAPH_1", "my-graph"), ("MY_GRAPH_2", "my_graph")] {
        assert!(sdl.contains(&format!("{value} @join__graph(name: \"{name}\"")), "{sdl}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_description_survives_whatever_it_says(text in "[a-z \"\\\\\n\t#éあ]{0,40}") {
        prop_assume!(!text.trim().is_empty());
        let literal = Value::String(text.clone()).serialize().no_indent().to_string();
        let sdl = format!("{literal} type Query {{ {literal} a(\n{literal} b: Int): Int }}");
        let supergraph = Supergraph::parse(&compose(&subgraphs([("a", &sdl)])).unwrap().supergraph_sdl).unwrap();
        let query = supergraph.api_schema().get_object("Query").unwrap();
        let argument = &query.fields["a"].arguments[0];
        for description in [&query.description, &query.fields["a"].description, &argument.description] {
            assert_eq!(description.as_deref(), Some(text.as_str()));
        }
    }
}
