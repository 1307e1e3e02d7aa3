//! What is left of a plan, and what is said of the rest, when a viewer does not meet some rules.

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name};
use router_composition::{SubgraphSource, compose};
use router_planning::authorization::{BarredSelection, barred_selections, rules_of_operation};
use router_planning::{PlanningError, PlanningOptions, plan_with_options};
use router_schema::{Rule, RuleId, RuleSet, Supergraph};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable", "@external",
  "@requires", "@inaccessible", "@interfaceObject", "@authenticated", "@requiresScopes"])
"#;

const ANIMALS: &str = r#"
type Query { animals: [Animal] cat: Cat home: Home }
interface Animal @key(fields: "id") { id: ID! name: String }
type Cat implements Animal @key(fields: "id") { id: ID! name: String @authenticated lives: Int @authenticated }
type Dog implements Animal @key(fields: "id") { id: ID! name: String }
type Ghost implements Animal @key(fields: "id") @inaccessible { id: ID! name: String @requiresScopes(scopes: [["see:ghosts"]]) }
type Home @key(fields: "id") { id: ID! address: String @authenticated rooms: Int }
"#;

const SCORES: &str = r#"
type Animal @interfaceObject @key(fields: "id") { id: ID! score: Int @requiresScopes(scopes: [["scores"]]) rank: Int }
type Home @key(fields: "id") { id: ID! address: String @external value: Int @authenticated @requires(fields: "address") }
"#;

fn graph() -> Supergraph {
    let source = |(name, sdl): (&str, &str)| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: format!("{LINK}{sdl}"),
        file_name: format!("{name}.graphql"),
    };
    let sources = [("animals", ANIMALS), ("scores", SCORES)].map(source);
    let composed =
        compose(&sources).unwrap_or_else(|errors| panic!("{}", router_composition::render(&errors, &sources, false)));
    Supergraph::parse(&composed.supergraph_sdl).unwrap()
}

fn document(graph: &Supergraph, text: &str) -> Valid<ExecutableDocument> {
    ExecutableDocument::parse_and_validate(graph.api_schema(), text, "operation").unwrap()
}

fn all_rules(graph: &Supergraph) -> RuleSet {
    (0..graph.authorization().rules().len()).map(RuleId).collect()
}

/// The documents of the plan for a viewer who meets no rule.
fn fetched(graph: &Supergraph, text: &str) -> Vec<String> {
    let options = PlanningOptions { unmet_rules: all_rules(graph), ..PlanningOptions::default() };
    let plan = plan_with_options(graph, &document(graph, text), None, &options).unwrap();
    plan.fetches.into_iter().map(|fetch| fetch.document.text).collect()
}

fn barred(graph: &Supergraph, text: &str, selections_max: usize) -> Vec<String> {
    let options = PlanningOptions { unmet_rules: all_rules(graph), ..PlanningOptions::default() };
    let barred = barred_selections(graph, &document(graph, text), None, &options, selections_max).unwrap();
    let coordinate = |selection: &BarredSelection| {
        let field = graph.field(selection.field);
        let path: Vec<&str> = selection.path.iter().map(Name::as_str).collect();
        format!("{} {}.{}", path.join("/"), graph.type_definition(field.parent).name, field.name)
    };
    barred.iter().map(coordinate).collect()
}

/// FED-19, FED-26: an interface's field is asked for the objects that may be seen, as if the client had named them.
#[test]
fn only_objects_that_may_be_seen_are_asked_for_a_field() {
    let graph = graph();
    let whole = fetched(&graph, "{ animals { name } }");
    assert_eq!(whole, fetched(&graph, "{ animals { ... on Dog { name } ... on Cat { name } } }"));
    assert_eq!(whole.len(), 1);
    assert!(whole[0].contains("...on Dog{name}") && !whole[0].contains("Cat"), "{whole:?}");
    assert_eq!(fetched(&graph, "{ cat { name lives } }"), fetched(&graph, "{ cat { __typename } }"));
}

/// FED-21, FED-23: an interface object's field is not asked for, nor what leads to it; nor is an input of a field that is not.
#[test]
fn nothing_is_joined_for_what_may_not_be_seen() {
    let graph = graph();
    assert_eq!(fetched(&graph, "{ animals { id score } }").len(), 1);
    assert_eq!(fetched(&graph, "{ animals { id rank } }").len(), 2);
    let home = fetched(&graph, "{ home { rooms value } }");
    assert_eq!(home.len(), 1);
    assert!(!home[0].contains("address"), "{home:?}");
}

#[test]
fn the_rules_of_an_operation_are_those_of_what_it_selects() {
    let graph = graph();
    let rules = |text: &str| {
        let rules = rules_of_operation(&graph, &document(&graph, text), None, &PlanningOptions::default()).unwrap();
        let names = rules.iter().map(|rule| match graph.authorization().rule(rule) {
            Rule::Authenticated => "signed in",
            Rule::Scopes(_) => "scopes",
            Rule::Policies(_) => "policies",
        });
        names.collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(rules("{ animals { id __typename } __schema { queryType { name } } }"), none);
    assert_eq!(rules("{ animals { ... on Dog { name } } }"), none);
    assert_eq!(rules("{ animals { ... on Cat { name } } }"), ["signed in"]);
    assert_eq!(rules("{ animals { score } }"), ["scopes"]);
    assert_eq!(rules("{ animals { ... on Cat { name @skip(if: true) } } }"), none);
}

/// What is refused is named once, the whole before its parts, and never a type that is hidden.
#[test]
fn barred_selections_have_their_paths() {
    let graph = graph();
    let text =
        "{ all: animals { ...A name name score } cat { lives } home { value } } fragment A on Animal { id name }";
    let expected = ["all/name Cat.name", "all/score Cat.score", "cat/lives Cat.lives", "home/value Home.value"];
    assert_eq!(barred(&graph, text, 20), expected);
    assert_eq!(barred(&graph, text, 2), expected[..2]);
    let options = PlanningOptions { unmet_rules: all_rules(&graph), ..PlanningOptions::default() };
    let ghosts: RuleSet = options
        .unmet_rules
        .iter()
        .filter(|rule| *graph.authorization().rule(*rule) == Rule::Scopes(vec![vec!["see:ghosts".to_owned()]]))
        .collect();
    assert_eq!(ghosts.len(), 1);
    let options = PlanningOptions { unmet_rules: ghosts, ..options };
    assert_eq!(barred_selections(&graph, &document(&graph, "{ animals { name } }"), None, &options, 9), Ok(Vec::new()));
}

/// Fragments that multiply are bounded here as they are in planning.
#[test]
fn an_operation_that_is_too_large_is_refused() {
    let graph = graph();
    let options = PlanningOptions { fields_max: 3, ..PlanningOptions::default() };
    let document = document(&graph, "{ a: cat { id } b: cat { id } }");
    assert_eq!(rules_of_operation(&graph, &document, None, &options), Err(PlanningError::TooLarge { limit: 3 }));
}
