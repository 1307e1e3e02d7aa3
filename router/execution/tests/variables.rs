//! Variable coercion (GraphQL 6.1.2).

use apollo_compiler::{ExecutableDocument, Schema};
use router_execution::{JsonMap, coerce_variables};
use serde_json::{Value, json};

const SDL: &str = "directive @oneOf on INPUT_OBJECT
    type Query { f(i: Int, l: [[Int!]], e: Kind, o: Outer, s: String, id: ID, fl: Float, b: Boolean, any: Any, by: By): Int }
    enum Kind { OLD NEW } scalar Any
    input Outer { inner: [Inner!]! kind: Kind = NEW note: String } input Inner { n: Int! deep: Defaults = {} }
    input Defaults { a: Int = 3 b: [Int] = 4 }
    input By @oneOf { id: ID slug: String }";

fn coerce(declared: &str, sent: Value) -> Result<Value, Vec<String>> {
    let schema = Schema::parse_and_validate(SDL, "api.graphql").unwrap();
    let query = format!("query({declared}) {{ __typename }}");
    let document = ExecutableDocument::parse(&schema, query, "query.graphql").unwrap();
    let operation = document.operations.get(None).unwrap().clone();
    let sent: JsonMap = serde_json::from_value(sent).unwrap();
    coerce_variables(&schema, &operation, &sent)
        .map(|values| serde_json::to_value(&*values).unwrap())
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn refused(declared: &str, sent: Value) -> Vec<String> {
    coerce(declared, sent).expect_err("the value is not one of the type")
}

#[test]
fn absent_null_and_default_are_three_different_things() {
    assert_eq!(coerce("$i: Int, $d: Int = 5", json!({})), Ok(json!({"d": 5})));
    assert_eq!(coerce("$i: Int, $d: Int = 5", json!({"i": null, "d": null})), Ok(json!({"i": null, "d": null})));
    assert_eq!(
        refused("$i: Int!", json!({})),
        ["Variable `$i`: a value of type `Int!` is required, but none was sent"]
    );
    assert_eq!(
        refused("$i: Int! = 3", json!({"i": null})),
        ["Variable `$i`: a value of type `Int!` is required, but null was sent"]
    );
}

#[test]
fn what_is_not_declared_is_dropped() {
    assert_eq!(coerce("$i: Int", json!({"i": 1, "stranger": {}})), Ok(json!({"i": 1})));
}

#[test]
fn a_single_value_stands_for_a_list_of_one() {
    assert_eq!(coerce("$l: [[Int!]]", json!({"l": 1})), Ok(json!({"l": [[1]]})));
    assert_eq!(coerce("$l: [[Int!]]", json!({"l": [1, null, [2, 3]]})), Ok(json!({"l": [[1], null, [2, 3]]})));
    assert_eq!(
        refused("$l: [[Int!]]", json!({"l": [[1], [2, null]]})),
        ["Variable `$l` at `[1][1]`: a value of type `Int!` is required, but null was sent"]
    );
}

#[test]
fn defaults_of_input_fields_are_filled_in_at_every_depth() {
    let sent = json!({"o": {"inner": {"n": 1}}});
    let expected = json!({"o": {"inner": [{"n": 1, "deep": {"a": 3, "b": [4]}}], "kind": "NEW"}});
    assert_eq!(coerce("$o: Outer", sent), Ok(expected));
}

#[test]
fn every_problem_is_told_with_its_place() {
    let sent =
        json!({"o": {"inner": [{"n": 1}, {"n": "x", "m": 2}], "kind": "MIDDLE", "nota": 1}, "i": 2_147_483_648_u32});
    assert_eq!(
        refused("$o: Outer, $i: Int", sent),
        [
            "Variable `$o`: `Outer` has no field `nota`",
            "Variable `$o` at `inner[1]`: `Inner` has no field `m`",
            "Variable `$o` at `inner[1].n`: expected `Int`, but a string was sent",
            "Variable `$o` at `kind`: enum `Kind` has no value `MIDDLE`",
            "Variable `$i`: expected `Int`, but 2147483648 was sent",
        ]
    );
}

#[test]
fn the_number_of_problems_told_is_bounded() {
    let items: Vec<_> = (0..10_000).map(|_| json!("x")).collect();
    assert_eq!(refused("$l: [Int]", json!({"l": items})).len(), 20);
}

#[test]
fn leaves_take_only_values_of_their_type() {
    let fine = [
        ("Int", json!(-5)),
        ("Float", json!(1)),
        ("Float", json!(1.5)),
        ("ID", json!(7)),
        ("ID", json!("a")),
        ("String", json!("")),
        ("Boolean", json!(true)),
        ("Any", json!({"a": [1]})),
        ("Kind", json!("OLD")),
    ];
    for (of_type, value) in fine {
        assert_eq!(coerce(&format!("$v: {of_type}"), json!({"v": value})), Ok(json!({"v": value})), "{of_type}");
    }
    let wrong = [
        ("Int", json!(1.5)),
        ("Int", json!("1")),
        ("Float", json!("1")),
        ("ID", json!(1.5)),
        ("ID", json!(true)),
        ("String", json!(1)),
        ("Boolean", json!(1)),
        ("Kind", json!("old")),
        ("Kind", json!(1)),
        ("Outer", json!([])),
        ("Outer", json!("x")),
    ];
    for (of_type, value) in wrong {
        assert_eq!(refused(&format!("$v: {of_type}"), json!({"v": value})).len(), 1, "{of_type}: {value}");
    }
}

#[test]
fn a_one_of_input_takes_exactly_one_field_that_is_not_null() {
    assert_eq!(coerce("$b: By", json!({"b": {"id": "1"}})), Ok(json!({"b": {"id": "1"}})));
    for wrong in [json!({}), json!({"id": "1", "slug": "s"}), json!({"id": null}), json!({"id": "1", "slug": null})] {
        assert_eq!(refused("$b: By", json!({"b": wrong})).len(), 1, "{wrong}");
    }
}

#[test]
fn the_text_of_a_string_in_a_wrong_place_is_not_repeated() {
    assert!(!refused("$i: Int", json!({"i": "hunter2"}))[0].contains("hunter2"));
}
