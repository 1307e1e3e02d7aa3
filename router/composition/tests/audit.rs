//! The public federation audit: each suite composes to the public schema that the reference composer makes.

use apollo_compiler::Schema;
use proptest::prelude::{Just, ProptestConfig, Strategy, proptest};
use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;

use crate::api_text::api_text;
use crate::sources::{audit_folder, audit_subgraphs, audit_suites};

/// The public schema of a supergraph, as comparable text.
fn public_schema(supergraph_sdl: &str) -> Result<String, String> {
    let supergraph = Supergraph::parse(supergraph_sdl).map_err(|error| error.to_string())?;
    Ok(api_text(supergraph.api_schema()))
}

/// What the reference composer makes of a suite. Read without validation: the audit's file redefines introspection.
fn expected_schema(suite: &str) -> String {
    let text =
        std::fs::read_to_string(audit_folder().join(suite).join("api.graphql")).expect("the suite has a public schema");
    let schema = Schema::builder().ignore_builtin_redefinitions().parse(text, "api.graphql").build();
    api_text(&schema.unwrap_or_else(|failure| panic!("{suite}: {}", failure.errors)))
}

fn differences(left: &str, right: &str) -> String {
    let only = |these: &str, those: &str, sign: char| -> String {
        let those: Vec<&str> = those.lines().collect();
        these.lines().filter(|line| !those.contains(line)).map(|line| format!("    {sign} {line}\n")).collect()
    };
    only(left, right, '+') + &only(right, left, '-')
}

#[test]
fn every_audit_suite_composes_to_the_reference_public_schema() {
    let mut failures = Vec::new();
    let suites = audit_suites();
    assert_eq!(suites.len(), 46);
    for suite in &suites {
        match compose(&audit_subgraphs(suite)) {
            Err(errors) => {
                let errors: Vec<String> = errors.iter().map(|error| format!("    {error}")).collect();
                failures.push(format!("{suite} does not compose:\n{}", errors.join("\n")));
            }
            Ok(composition) => match public_schema(&composition.supergraph_sdl) {
                Err(error) => failures.push(format!("{suite} does not load: {error}")),
                Ok(ours) => {
                    let expected = expected_schema(suite);
                    if ours != expected {
                        failures
                            .push(format!("{suite} differs (+ ours, - expected):\n{}", differences(&ours, &expected)));
                    }
                }
            },
        }
    }
    assert!(failures.is_empty(), "{} of {} suites fail:\n{}", failures.len(), suites.len(), failures.join("\n"));
}

/// A suite, and its subgraphs in any order.
fn shuffled_suite() -> impl Strategy<Value = (String, Vec<SubgraphSource>)> {
    proptest::sample::select(audit_suites()).prop_flat_map(|suite| {
        let subgraphs = audit_subgraphs(&suite);
        (Just(suite), Just(subgraphs).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_subgraphs_changes_nothing((suite, shuffled) in shuffled_suite()) {
        let in_order = compose(&audit_subgraphs(&suite)).unwrap();
        let in_other_order = compose(&shuffled).unwrap();
        assert_eq!(in_order, in_other_order);
    }
}
