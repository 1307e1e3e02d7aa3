//! Operations made to exhaust a planner are planned, or refused with a clear error. // AMP

use std::fmt::Write;

use apollo_compiler::ExecutableDocument;
use router_composition::{SubgraphSource, compose, render};
use router_planning::plan::QueryPlan;
use router_planning::{PlanningError, PlanningOptions, plan, plan_with_options};
use router_schema::Supergraph;

use crate::hostile_graphs::{interface_split_everywhere, requirements_in_a_row, shared_everywhere};
use crate::written_supergraph::supergraph;

fn planned(supergraph: &Supergraph, operation: &str) -> Result<QueryPlan, PlanningError> {
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    plan(supergraph, &document, None)
}

/// AMP-11, ADV-06 (CVE-2024-43414): a field that each of k subgraphs resolves, d levels deep, has k^d ways.
#[test]
fn many_subgraphs_for_every_level_are_planned_without_multiplying() {
    let supergraph = shared_everywhere(9);
    let depth = 30;
    let operation = format!("{{ node {}{{ id own_s3 }}{} }}", "{ next ".repeat(depth), "}".repeat(depth));
    let plan = planned(&supergraph, &operation).unwrap();
    assert_eq!(plan.fetches.len(), 1);
}

/// AMP-11: with a field of every subgraph on every level.
#[test]
fn fields_of_all_subgraphs_on_every_level_are_planned() {
    let supergraph = shared_everywhere(5);
    let fields = "own_s0 own_s1 own_s2 own_s3 own_s4";
    let depth = 6;
    let open = format!("{{ {fields} next ").repeat(depth);
    let operation = format!("{{ node {open} {{ id }} {} }}", "}".repeat(depth));
    assert_eq!(planned(&supergraph, &operation).unwrap().fetches.len(), 5);
}

/// AMP-04: fragments that spread the next one twice.
#[test]
fn nested_fragments_spread_twice_stay_linear() {
    let supergraph = shared_everywhere(2);
    let mut operation = "{ node { ...F0 } }".to_owned();
    for level in 0..40 {
        let next = level + 1;
        let _ = write!(operation, " fragment F{level} on Node {{ id ...F{next} ...F{next} }}");
    }
    operation += " fragment F40 on Node { own_s1 }";
    assert_eq!(planned(&supergraph, &operation).unwrap().fetches.len(), 1);
}

/// AMP-09, ADV: fragments below two aliases double the operation itself.
#[test]
fn an_operation_that_fragments_make_huge_is_refused() {
    let supergraph = shared_everywhere(2);
    let mut operation = "{ node { ...F0 } }".to_owned();
    for level in 0..40 {
        let next = level + 1;
        let _ = write!(operation, " fragment F{level} on Node {{ a: next {{ ...F{next} }} b: next {{ ...F{next} }} }}");
    }
    operation += " fragment F40 on Node { id }";
    let error = planned(&supergraph, &operation).unwrap_err();
    assert_eq!(error, PlanningError::TooLarge { limit: PlanningOptions::default().fields_max });
}

/// AMP-08: k Boolean variables have 2^k combinations.
#[test]
fn many_conditions_make_one_plan() {
    let supergraph = shared_everywhere(2);
    let variables: String = (0..30).map(|index| format!("$v{index}: Boolean!")).collect();
    let fields: String = (0..30).map(|index| format!("f{index}: own_s1 @include(if: $v{index}) ")).collect();
    let operation = format!("query ({variables}) {{ node {{ own_s0 {fields} }} }}");
    let plan = planned(&supergraph, &operation).unwrap();
    assert_eq!(plan.fetches.len(), 2);
}

/// AMP-06: an interface with many implementations that must be split by type on every level.
#[test]
fn an_interface_split_on_every_level_is_planned_or_refused() {
    let supergraph = interface_split_everywhere();
    let planned_to = |depth: usize| {
        planned(&supergraph, &format!("{{ item {}{{ id }}{} }}", "{ next ".repeat(depth), "}".repeat(depth)))
    };
    assert_eq!(planned_to(2).unwrap().fetches.len(), 3);
    let limit = PlanningOptions::default().size_max;
    for depth in [8, 60] {
        assert_eq!(planned_to(depth).unwrap_err(), PlanningError::PlanTooLarge { limit });
    }
}

/// ADV-67: the planner recurses with the operation; the bound on depth keeps its stack.
#[test]
fn the_deepest_operation_is_planned_and_one_deeper_is_refused() {
    let supergraph = shared_everywhere(2);
    let limit = PlanningOptions::default().depth_max;
    let nested = |depth: usize| format!("{{ node {}{{ id own_s1 }}{} }}", "{ next ".repeat(depth), "}".repeat(depth));
    assert!(planned(&supergraph, &nested(limit - 1)).is_ok());
    assert_eq!(planned(&supergraph, &nested(limit)).unwrap_err(), PlanningError::TooDeep { limit });
}

/// ADV-06, ADV-39, ADV-67: beyond the budget, searches with fewer alternatives included, there is an error and no plan.
#[test]
fn a_search_beyond_the_budget_is_refused() {
    let supergraph = shared_everywhere(3);
    let document =
        ExecutableDocument::parse_and_validate(supergraph.api_schema(), "{ node { own_s0 own_s1 } }", "operation")
            .unwrap();
    let options = PlanningOptions { steps_max: 3, ..PlanningOptions::default() };
    let error = plan_with_options(&supergraph, &document, None, &options).unwrap_err();
    assert_eq!(error, PlanningError::BudgetExceeded { limit: 3 });
}

/// AMP-12, ADV-39: a chain of keys through every subgraph.
#[test]
fn a_chain_of_keys_is_followed_to_its_end() {
    let names = ["a", "b", "c", "d", "e"];
    let mut types = String::new();
    let mut fields = String::new();
    for (index, name) in names.iter().enumerate() {
        let graph = name.to_uppercase();
        let _ = write!(types, " @join__type(graph: {graph}, key: \"k{index}\")");
        let _ = write!(fields, " own_{name}: Int @join__field(graph: {graph})");
        let next = names.get(index + 1).map(|next| next.to_uppercase());
        let next = next.map_or(String::new(), |next| format!("@join__field(graph: {next})"));
        // Each subgraph gives its own key and that of the one after it.
        let _ = write!(fields, " k{}: ID @join__field(graph: {graph}) {next}", index + 1);
    }
    let _ = write!(fields, " k0: ID @join__field(graph: A)");
    let body = format!(
        "type Query @join__type(graph: A) @join__type(graph: E) {{ node: Node @join__field(graph: A) }} type Node {types} {{ {fields} }}"
    );
    let supergraph = supergraph(&names, &body);
    let plan = planned(&supergraph, "{ node { own_e } }").unwrap();
    assert_eq!(plan.fetches.len(), 5);
}

/// AMP-12: the keys do not multiply the requirements.
#[test]
fn requirements_in_a_row_over_many_keys_are_planned_one_fetch_each() {
    let supergraph = requirements_in_a_row(8);
    let all: String = (0..8).map(|index| format!("own{index} ")).collect();
    assert_eq!(planned(&supergraph, &format!("{{ node {{ {all} }} }}")).unwrap().fetches.len(), 8);
    let nested = format!("{{ node {{ {all} next {{ {all} next {{ own7 }} }} }} }}");
    assert_eq!(planned(&supergraph, &nested).unwrap().fetches.len(), 8);
}

/// AMP-01: aliases of a leaf, of an object, of a root field.
#[test]
fn floods_of_aliases_are_planned_without_more_fetches() {
    let supergraph = shared_everywhere(2);
    let aliases = |count: usize, field: &str| -> String { (0..count).map(|i| format!("a{i}: {field} ")).collect() };
    for field in ["own_s1", "next { own_s1 }"] {
        let operation = format!("{{ node {{ own_s0 {} }} }}", aliases(1_000, field));
        assert_eq!(planned(&supergraph, &operation).unwrap().fetches.len(), 2, "{field}");
    }
    let operation = format!("{{ {} }}", aliases(300, "node { own_s0 own_s1 }"));
    assert_eq!(planned(&supergraph, &operation).unwrap().fetches.len(), 2);
    // A flood of alternatives, none of which is plainly the best, ends at the budget.
    let operation = format!("{{ node {{ own_s0 {} }} }}", aliases(8_000, "next { own_s1 }"));
    let limit = PlanningOptions::default().steps_max;
    assert_eq!(planned(&supergraph, &operation).unwrap_err(), PlanningError::BudgetExceeded { limit });
}

/// AMP-08, AMP-02: one field, each time under another condition.
#[test]
fn a_field_under_many_conditions_is_planned() {
    let supergraph = shared_everywhere(2);
    let variables: String = (0..500).map(|index| format!("$v{index}: Boolean!")).collect();
    for field in ["own_s1", "next"] {
        let selection = if field == "next" { "{ own_s0 own_s1 }" } else { "" };
        let fields: String = (0..500).map(|i| format!("{field} @include(if: $v{i}) {selection} ")).collect();
        let operation = format!("query ({variables}) {{ node {{ own_s0 {fields} }} }}");
        assert_eq!(planned(&supergraph, &operation).unwrap().fetches.len(), 2, "{field}");
    }
}

/// AMP-06: type conditions in type conditions, as deep as a parser lets them be, are no depth of the plan.
#[test]
fn nested_type_conditions_are_planned_as_one_level() {
    let supergraph = shared_everywhere(2);
    let nested = format!("{{ node {}{{ id own_s1 }}{} }}", "{ ... on Node ".repeat(200), "}".repeat(200));
    assert_eq!(planned(&supergraph, &nested).unwrap().fetches.len(), 1);
}

/// AMP-05, ADV-38: cycles and long chains of fragments do not reach the planner: the document is not valid.
#[test]
fn cyclic_and_endless_fragments_are_refused_before_planning() {
    let supergraph = shared_everywhere(2);
    let chain: String = (0..5_000).map(|i| format!(" fragment F{i} on Node {{ ...F{} }}", i + 1)).collect();
    for operation in [
        "{ node { ...A } } fragment A on Node { id ...B } fragment B on Node { next { ...A } }".to_owned(),
        format!("{{ node {{ ...F0 }} }} {chain} fragment F5000 on Node {{ id }}"),
    ] {
        assert!(ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation").is_err());
    }
}

/// Longer than any graph has, and found.
#[test]
fn a_row_of_twelve_requirements_is_planned() {
    let supergraph = requirements_in_a_row(12);
    assert_eq!(planned(&supergraph, "{ node { own11 } }").unwrap().fetches.len(), 12);
}

/// AMP-12: each field requires the one before from another subgraph, and every subgraph is entered by another key.
#[test]
fn requirements_in_a_row_between_subgraphs_with_different_keys_are_planned() {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external", "@requires"])"#;
    let spot = "type Spot @shareable { x: Int! }";
    let sources = [
        (
            "a",
            format!(
                "{spot} type Query {{ thing: Thing @shareable }}
                 type Thing @key(fields: \"spot {{ x }}\") {{ spot: Spot! self: Thing r1: String @external r2: String @requires(fields: \"r1\") }}"
            ),
        ),
        ("b", "type Query { thing: Thing @shareable } type Thing @key(fields: \"id\") { id: ID! b: Int }".to_owned()),
        (
            "c",
            "type Thing @key(fields: \"id code\") { id: ID! code: String! r3: String @external r4: String @requires(fields: \"r3\") }"
                .to_owned(),
        ),
        (
            "d",
            format!(
                "{spot} type Thing @key(fields: \"code\") @key(fields: \"id code\") @key(fields: \"id\") @key(fields: \"spot {{ x }}\") {{
                 id: ID! code: String! spot: Spot! self: Thing @external r1: String @requires(fields: \"self {{ id }}\")
                 r2: String @external r3: String @requires(fields: \"r2\") }}"
            ),
        ),
    ];
    let sources = sources.map(|(name, sdl)| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: format!("{link}\n{sdl}"),
        file_name: name.to_owned(),
    });
    let composition = compose(&sources).unwrap_or_else(|errors| panic!("{}", render(&errors, &sources, false)));
    let supergraph = Supergraph::parse(&composition.supergraph_sdl).unwrap();
    let plan = planned(&supergraph, "{ thing { r1 r3 r4 b } }").unwrap();
    assert!(plan.fetches.len() <= 8, "{}", plan.display(&supergraph));
}
