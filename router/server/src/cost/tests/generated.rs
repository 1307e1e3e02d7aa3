//! What holds for every operation.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use serde_json::json;

use super::Reckoner;

static RECKONER: LazyLock<Reckoner> = LazyLock::new(Reckoner::new);

/// Selections on a `User`, none of which merges with another: each field has an alias of its own.
fn selections() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop_oneof![Just("name".to_owned()), Just("id".to_owned())].prop_map(|field| vec![field]);
    leaf.prop_recursive(4, 40, 4, |inner| {
        let below = inner.prop_map(|selections| written(&selections));
        let field = (0..5_u8, 0..40_u32, below).prop_map(|(kind, size, below)| match kind {
            0 => format!("friends(first: {size}) {{ nodes {{ {below} }} }}"),
            1 => format!("friends(first: $n) {{ edges {{ node {{ {below} }} }} }}"),
            2 => format!("books {{ author {{ {below} }} }}"),
            3 => format!("... @include(if: $yes) {{ {below} }}"),
            _ => format!("... on Node {{ id ... on User {{ {below} }} }}"),
        });
        vec(field, 1..4)
    })
}

fn written(selections: &[String]) -> String {
    selections.join(" ")
}

/// Gives each field that could meet another one with other arguments an alias of its own.
fn aliased(text: &str) -> String {
    let mut count = 0;
    let mut words = Vec::new();
    for word in text.split(' ') {
        if word.starts_with("friends(") || word == "books" {
            count += 1;
            words.push(format!("a{count}: {word}"));
        } else {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

fn cost(selections: &str, size: u32) -> u64 {
    // `$n` and `$yes` are used, so that the document is valid, and cost nothing.
    let used = "tags @include(if: $yes) other: users(first: $n) { __typename }";
    let document = format!("query ($n: Int, $yes: Boolean!) {{ {used} me {{ {} }} }}", aliased(selections));
    RECKONER.cost_with(&document, &json!({ "n": size, "yes": true }))
}

proptest! {
    /// OW-11, ADV-32
    #[test]
    fn a_selection_more_never_costs_less(selections in selections(), more in selections(), size in 0..50_u32) {
        let (fewer, all) = (written(&selections), written(&[selections.clone(), more.clone()].concat()));
        let (alone, both) = (cost(&fewer, size), cost(&all, size));
        assert!(both >= alone, "{both} < {alone}: {all}");
        // What stands beside each other is added: 2 for `other` and `me` count once.
        assert_eq!(both, alone + cost(&written(&more), size) - 2);
    }

    /// OW-11
    #[test]
    fn a_longer_list_never_costs_less(selections in selections(), size in 0..50_u32) {
        let text = written(&selections);
        assert!(cost(&text, size + 1) >= cost(&text, size), "{text}");
    }
}
