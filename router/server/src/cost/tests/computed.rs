//! Documents whose cost was computed by hand.

use serde_json::{Value, json};

use super::Reckoner;

/// OW-11, AMP-23
#[test]
fn costs_are_those_computed_by_hand() {
    let reckoner = Reckoner::new();
    let documents: [(&str, u64); 34] = [
        // What has fields costs 1, what has none nothing.
        ("{ __typename }", 0),
        ("{ me { name } }", 1),
        ("{ me { id name } }", 1),
        // An alias is one more; so is the same field twice.
        ("{ a: me { name } b: me { name } }", 2),
        ("{ me { name } me { id } }", 2),
        // Introspection asks no subgraph.
        ("{ __schema { types { fields { name } } } }", 0),
        // A list of unknown length has ten values; a leaf's cost nothing, unless its scalar does: 10 x 6.
        ("{ tags }", 0),
        ("{ scores }", 60),
        // 1 + 10 x 1
        ("{ me { books { title } } }", 11),
        // 10 x 10
        ("{ matrix { id } }", 100),
        // `first`, its default, and `limit`.
        ("{ books(first: 20) { id } }", 20),
        ("{ books { id } }", 3),
        ("{ shelf(limit: 4) { id } }", 4),
        ("{ shelf { id } }", 10),
        // 1 + 20 x (1 + 1)
        ("{ users(first: 20) { edges { cursor node { name } } } }", 41),
        // 1 + 20 x 1, and the count is not in the list: 4.
        ("{ users(first: 20) { totalCount nodes { name } } }", 25),
        // The greater of both: 1 + 7.
        ("{ users(first: 5, last: 7) { nodes { id } } }", 8),
        // 1 + 10 x (1 + 1 + (1 + 10 x (1 + 1 + (1 + 10 x (1 + 1)))))
        ("{ users(first: 10) { edges { node { friends(first: 10) { edges { node { friends(first: 10) { edges { node {
            id } } } } } } } } } }", 2331),
        // What a list in a fragment, or in a fragment of a fragment, is sized by stands around it.
        ("{ users(first: 6) { ... on UserConnection { ...C } } } fragment C on UserConnection { nodes { id } }", 7),
        // Each spread counts: (1 + 10) + (1 + 10).
        ("{ a: me { ...F } b: me { ...F } } fragment F on User { books { id } }", 22),
        // The dearer of both types counts: 4 x (1 + (1 + 8)), not 4 x (1 + 10).
        ("{ found(first: 4) { ... on User { name } ... on Book { author { id } cover { url } } } }", 40),
        ("{ found(first: 4) { ... on User { books { id } } ... on Book { cover { url } } } }", 44),
        // What is on every type is added to each: 1 + max(10, 8).
        ("{ node { id ... on User { books { id } } ... on Book { cover { url } } } }", 11),
        // A type that clients do not see does not count, and what is asked of no type costs nothing.
        ("{ node { id ... on Node { id } } }", 1),
        ("{ assumed { id } }", 7),
        ("{ sliced(count: 12) { id } }", 12),
        ("{ either { id } b: either(count: 3) { id } c: either(count: 3, page: 9) { id } }", 16),
        // 1 + 2 x 1 + 10 x 1; then 1 + 30.
        ("{ pages { items { id } others { id } } }", 13),
        ("{ pages(size: 30) { count items { title } } }", 31),
        // The field's weight, and that of each line: 50 + 10 x 2. That of a type, an enum and a scalar: 20 + 5 + 6.
        ("{ report { lines } }", 70),
        ("{ heavy { id size score } }", 31),
        // 3, and 2 + 5 + (2 + 2) of what is inside.
        ("{ search(fuzzy: true, filter: { text: \"a\", size: L, plain: 1, also: [{ text: \"b\" }, { text: \"c\" }] }) }", 14),
        // Mutations: 10 each, 11 with what they return having fields, and what they say themselves.
        ("mutation { rename { id } b: rename { id } purge }", 30),
        ("mutation { cheap c: cheap }", 4),
    ];
    for (document, expected) in documents {
        assert_eq!(reckoner.cost(document), expected, "{document}");
    }
}

/// OW-11: a formula is made once, and holds for all variables.
#[test]
fn variables_decide_where_they_are() {
    let reckoner = Reckoner::new();
    let search = "query ($f: Filter, $any: [Filter!], $z: Boolean) { search(filter: $f, any: $any, fuzzy: $z) }";
    let inside = "query ($t: String) { search(filter: { text: $t, plain: 1 }) }";
    let documents: [(&str, Value, u64); 17] = [
        ("query ($n: Int) { shelf(limit: $n) { id } }", json!({ "n": 25 }), 25),
        ("query ($n: Int) { shelf(limit: $n) { id } }", json!({}), 10),
        ("query ($n: Int) { shelf(limit: $n) { id } }", json!({ "n": null }), 10),
        ("query ($n: Int) { shelf(limit: $n) { id } }", json!({ "n": -5 }), 10),
        ("query ($n: Int) { books(first: $n) { id } }", json!({}), 3),
        ("query ($n: Int = 8) { books(first: $n) { id } }", json!({}), 8),
        ("query ($n: Int) { users(first: $n) { nodes { books { id } } } }", json!({ "n": 2 }), 23),
        ("query ($n: Int, $m: Int) { users(first: $n, last: $m) { nodes { id } } }", json!({ "n": 2, "m": 6 }), 7),
        ("query ($s: Boolean!) { me @skip(if: $s) { books { id } } }", json!({ "s": true }), 0),
        ("query ($s: Boolean!) { me @skip(if: $s) { books { id } } }", json!({ "s": false }), 11),
        ("query ($s: Boolean!) { me { ... @include(if: $s) { books { id } } } }", json!({ "s": false }), 1),
        (
            "query ($s: Boolean!) { me { ...F @include(if: $s) } } fragment F on User { books { id } }",
            json!({ "s": true }),
            11,
        ),
        (search, json!({}), 0),
        (search, json!({ "z": false, "f": { "text": "a", "also": [{ "size": "S" }] } }), 10),
        (search, json!({ "any": [{ "text": "a" }, { "text": null, "size": "L" }, {}] }), 7),
        (inside, json!({ "t": "a" }), 2),
        (inside, json!({}), 0),
    ];
    for (document, variables, expected) in documents {
        assert_eq!(reckoner.cost_with(document, &variables), expected, "{document} with {variables}");
    }
}

/// Exactly one of the arguments that a `@listSize` names, unless it asks for less.
#[test]
fn a_list_without_a_size_is_a_problem() {
    let reckoner = Reckoner::new();
    for (document, problems) in [
        ("{ sliced { id } }", 1),
        ("{ sliced(count: 1, page: 2) { id } }", 1),
        ("{ sliced(count: null) { id } }", 1),
        ("{ sliced(count: 1, page: null) { id } }", 0),
        ("{ either(count: 1, page: 2) { id } }", 0),
        ("{ pages { count } }", 0),
    ] {
        let (_, _, found) = reckoner.compiled(document, &json!({}));
        assert_eq!(found.len(), problems, "{document}: {found:?}");
        assert!(found.iter().all(|problem| problem.contains("`Query.sliced`") && problem.contains("count, page")));
    }
}

/// AMP-15, ADV-08: numbers stay as large as they are, or as large as numbers get.
#[test]
fn the_greatest_sizes_do_not_overflow() {
    let reckoner = Reckoner::new();
    let nested =
        (0..12).fold("id".to_owned(), |inner, _| format!("friends(first: 2147483647) {{ nodes {{ {inner} }} }}"));
    assert_eq!(reckoner.cost(&format!("{{ me {{ {nested} }} }}")), u64::MAX);
    let variable = nested.replace("2147483647", "$n");
    let cost =
        reckoner.cost_with(&format!("query ($n: Int) {{ me {{ {variable} }} }}"), &json!({ "n": 2_147_483_647 }));
    assert_eq!(cost, u64::MAX);
}

/// AMP-04, AMP-06: fragments that spread each other twice are computed once each.
#[test]
fn fragments_do_not_multiply_the_work() {
    let reckoner = Reckoner::new();
    let doubling = (0..60).fold("{ node { ...F0 } }".to_owned(), |text, level| {
        format!(
            "{text} fragment F{level} on Node {{ ...F{0} ... on User {{ ...F{0} }} ... on Book {{ ...F{0} }} }}",
            level + 1
        )
    }) + " fragment F60 on Node { ... on Book { author { id } } }";
    assert_eq!(reckoner.cost(&doubling), 1 + (1 << 60));
}

/// The most expensive fields are those whose own weight is taken the most often.
#[test]
fn the_most_expensive_fields_are_named() {
    let reckoner = Reckoner::new();
    let document = "query ($n: Int) { users(first: $n) { nodes { all: books { title cover { url } } } totalCount } }";
    let (formula, variables, _) = reckoner.compiled(document, &json!({ "n": 20 }));
    let found = formula.most_expensive(&variables, 3);
    let found: Vec<(&str, u64)> = found.iter().map(|each| (each.path.as_str(), each.cost)).collect();
    assert_eq!(found, [("users.nodes.all.cover", 1600), ("users.nodes.all", 200), ("users.nodes", 20)]);
}

/// What a reply has cost is the same weights over what it holds.
#[test]
fn replies_cost_what_is_in_them() {
    let reckoner = Reckoner::new();
    let document = "query ($s: Boolean!) {
        users(first: 20) { totalCount nodes { name books { cover { url } } } }
        found(first: 4) { ... on User { name } ... on Book { author { id } cover { url } } }
        me @skip(if: $s) { name }
        scores
        search(fuzzy: true)
    }";
    let (formula, variables, _) = reckoner.compiled(document, &json!({ "s": false }));
    let data = json!({
        "users": { "totalCount": 2, "nodes": [
            { "name": "Lee", "books": [{ "cover": { "url": "u" } }, { "cover": null }] },
            { "name": "Kim", "books": null },
        ] },
        "found": [{ "name": "Lee" }, { "author": { "id": "1" }, "cover": { "url": "u" } }, null],
        "me": { "name": "Lee" },
        "scores": [1, 2, null],
        "search": 5,
    });
    // users 1 + count 4 + nodes 2 + books 2 + cover 8; found 1 + (1 + 1 + 8); me 1; scores 2 x 6; fuzzy 3.
    assert_eq!(formula.actual(&variables, &data), 17 + 11 + 1 + 12 + 3);
    assert_eq!(formula.actual(&variables, &Value::Null), 0);
}
