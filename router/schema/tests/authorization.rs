//! Which rules of authorization stand on what.

use router_schema::{Rule, RuleSet, Supergraph, TypeSet};

const LINKS: &str = r#"
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)"#;

const DIRECTIVES: &str = r#"
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
scalar requiresScopes__Scope
scalar policy__Policy
"#;

fn supergraph(links: &str, directives: &str, types: &str) -> Supergraph {
    let sdl = format!(
        r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) {links} {{ query: Query }}
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
{directives}
scalar join__FieldSet
scalar link__Import
input join__ContextArgument {{ name: String! type: String! context: String! selection: String! }}
enum link__Purpose {{ SECURITY EXECUTION }}
enum join__Graph {{ A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }}
{types}"#
    );
    Supergraph::parse(&sdl).unwrap_or_else(|error| panic!("{error}\n{sdl}"))
}

/// The rules of `Type.field`, written out.
fn rules(supergraph: &Supergraph, coordinate: &str) -> Vec<String> {
    let (ty, field) = coordinate.split_once('.').unwrap();
    let ty = supergraph.type_id(ty).unwrap();
    let possible = &supergraph.type_definition(ty).possible_types;
    let rules = supergraph.rules_of_field(supergraph.field_id(ty, field).unwrap(), possible);
    let mut rules: Vec<String> = rules
        .iter()
        .map(|rule| match supergraph.authorization().rule(rule) {
            Rule::Authenticated => "authenticated".to_owned(),
            Rule::Scopes(alternatives) => format!("scopes {alternatives:?}"),
            Rule::Policies(alternatives) => format!("policies {alternatives:?}"),
        })
        .collect();
    rules.sort();
    rules
}

fn is_barred(supergraph: &Supergraph, coordinate: &str, unmet: &RuleSet) -> bool {
    let (ty, field) = coordinate.split_once('.').unwrap();
    let field = supergraph.field_id(supergraph.type_id(ty).unwrap(), field).unwrap();
    !supergraph.barring_rules(field, unmet).is_empty()
}

const ZOO: &str = r#"
type Query @join__type(graph: A) { animal: Animal cat: Cat @authenticated mood: Mood pets: [Pet!] vault: Vault home: Home secret: Secret }
interface Animal @join__type(graph: A) { id: ID! @policy(policies: [["keeper"], ["vet", "owner"]]) name: String }
type Cat implements Animal @join__implements(graph: A, interface: "Animal") @join__type(graph: A) {
  id: ID! name: String @requiresScopes(scopes: [["cats", "read"], ["all"]]) }
type Dog implements Animal @join__implements(graph: A, interface: "Animal") @join__type(graph: A) { id: ID! name: String }
union Pet @join__type(graph: A) @join__unionMember(graph: A, member: "Cat") @join__unionMember(graph: A, member: "Dog") = Cat | Dog
enum Mood @join__type(graph: A) @authenticated { GOOD BAD }
interface Vault @join__type(graph: A) { code: Int }
type Steel implements Vault @join__implements(graph: A, interface: "Vault") @join__type(graph: A) @authenticated { code: Int }
type Stone implements Vault @join__implements(graph: A, interface: "Vault") @join__type(graph: A) @requiresScopes(scopes: [["dig"]]) { code: Int }
interface Home @join__type(graph: A) @authenticated { door: Int }
type Hut implements Home @join__implements(graph: A, interface: "Home") @join__type(graph: A) { door: Int }
type Secret @join__type(graph: A) @authenticated { open: Int }
"#;

/// FED-19, FED-22: a field's own rules, those of its types, of the interfaces it comes from and of what it returns.
#[test]
fn a_field_takes_what_it_and_its_types_and_interfaces_take() {
    let graph = supergraph(LINKS, DIRECTIVES, ZOO);
    let none: [&str; 0] = [];
    assert_eq!(rules(&graph, "Query.animal"), none);
    assert_eq!(rules(&graph, "Query.pets"), none);
    assert_eq!(rules(&graph, "Dog.name"), none);
    assert_eq!(rules(&graph, "Query.cat"), ["authenticated"]);
    assert_eq!(rules(&graph, "Query.mood"), ["authenticated"]);
    assert_eq!(rules(&graph, "Query.secret"), ["authenticated"]);
    assert_eq!(rules(&graph, "Secret.open"), ["authenticated"]);
    assert_eq!(rules(&graph, "Query.home"), ["authenticated"]);
    // The interface's rules hold for what implements it, and the other way round.
    assert_eq!(rules(&graph, "Hut.door"), ["authenticated"]);
    assert_eq!(rules(&graph, "Dog.id"), [r#"policies [["keeper"], ["vet", "owner"]]"#]);
    assert_eq!(rules(&graph, "Animal.name"), [r#"scopes [["cats", "read"], ["all"]]"#]);
    assert_eq!(rules(&graph, "Query.vault"), ["authenticated", r#"scopes [["dig"]]"#]);
}

/// ADV-12: where all the types behind an interface are protected, so is what returns it; where one is not, the field says
/// only what the viewer may see.
#[test]
fn an_abstract_position_is_barred_once_none_of_its_objects_may_be_seen() {
    let graph = supergraph(LINKS, DIRECTIVES, ZOO);
    let id = |wanted: &Rule| {
        graph.authorization().rules().position(|rule| rule == wanted).map(router_schema::RuleId).unwrap()
    };
    let (authenticated, dig) = (id(&Rule::Authenticated), id(&Rule::Scopes(vec![vec!["dig".to_owned()]])));
    let both: RuleSet = [authenticated, dig].into_iter().collect();
    for (unmet, expected) in [
        (RuleSet::of(authenticated), [false, true, false, true]),
        (RuleSet::of(dig), [false, false, true, true]),
        (both, [true, true, true, true]),
        (RuleSet::new(), [false; 4]),
    ] {
        let found = ["Query.vault", "Steel.code", "Stone.code", "Vault.code"].map(|at| is_barred(&graph, at, &unmet));
        assert_eq!(found, expected, "{unmet:?}");
    }
}

/// FED-20, ADV-13: directives are known by the specification they are linked from, under any name, and by nothing else.
#[test]
fn a_renamed_directive_is_the_directive_and_a_foreign_one_is_not() {
    let types = |applied: &str| format!("type Query @join__type(graph: A) {{ x: Int {applied} }}");
    let on = "on FIELD_DEFINITION";
    let renamed = supergraph(
        r#"@link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "auth", for: SECURITY)
           @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@needs" }], for: SECURITY)
           @link(url: "https://specs.apollo.dev/policy/v0.1", as: "house", import: ["@policy"], for: SECURITY)"#,
        &format!(
            "directive @auth {on} directive @needs(scopes: [[String!]!]!) {on} directive @policy(policies: [[String!]!]!) {on}"
        ),
        &types(r#"@auth @needs(scopes: [["a"]]) @policy(policies: [["p"]])"#),
    );
    assert_eq!(rules(&renamed, "Query.x"), ["authenticated", r#"policies [["p"]]"#, r#"scopes [["a"]]"#]);

    let foreign = supergraph(
        r#"@link(url: "https://example.org/policy/v1.0", import: ["@policy"])"#,
        &format!("directive @policy(name: String) {on} directive @authenticated {on}"),
        &types(r#"@policy(name: "retention") @authenticated"#),
    );
    assert!(foreign.authorization().is_empty());
}

/// FED-21, ADV-17: over any number of steps, also where the composer did not demand it.
#[test]
fn a_field_takes_what_its_inputs_take() {
    let graph = supergraph(
        LINKS,
        DIRECTIVES,
        r#"
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  salary: Int @authenticated @join__field(graph: A) @join__field(graph: B, external: true)
  one: Int @join__field(graph: B, requires: "salary") @join__field(graph: A, external: true)
  two: Int @join__field(graph: A, requires: "one") @join__field(graph: B, external: true)
  three: Int @join__field(graph: B, requires: "two") @join__field(graph: A, external: true)
  four: Int @join__field(graph: A, requires: "three")
  five: Int @join__field(graph: B, requires: "animal { name }")
  animal: Animal @join__field(graph: A) @join__field(graph: B, external: true)
  free: Int @join__field(graph: A)
}
interface Animal @join__type(graph: A) @join__type(graph: B) { name: String }
type Cat implements Animal @join__implements(graph: A, interface: "Animal") @join__implements(graph: B, interface: "Animal")
  @join__type(graph: A) @join__type(graph: B) @requiresScopes(scopes: [["cats"]]) { name: String }
type Dog implements Animal @join__implements(graph: A, interface: "Animal") @join__implements(graph: B, interface: "Animal")
  @join__type(graph: A) @join__type(graph: B) { name: String }
"#,
    );
    for field in ["salary", "one", "two", "three", "four"] {
        assert_eq!(rules(&graph, &format!("T.{field}")), ["authenticated"], "{field}");
    }
    assert_eq!(rules(&graph, "T.five"), [r#"scopes [["cats"]]"#]);
    let none: [&str; 0] = [];
    assert_eq!(rules(&graph, "T.free"), none);
    assert_eq!(rules(&graph, "T.id"), none);
}

/// A rule that cannot be read lets nobody in.
#[test]
fn a_rule_without_alternatives_stays_a_rule() {
    let directives = "directive @requiresScopes(scopes: [[String]]) on FIELD_DEFINITION";
    let links = r#"@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)"#;
    let field = |name: &str, argument: &str| format!("{name}: Int @requiresScopes{argument} ");
    let fields = [
        ("a", ""),
        ("b", "(scopes: [])"),
        ("c", "(scopes: null)"),
        ("d", "(scopes: [null])"),
        ("e", "(scopes: [[null]])"),
    ];
    let fields: String = fields.iter().map(|(name, argument)| field(name, argument)).collect();
    let graph = supergraph(links, directives, &format!("type Query @join__type(graph: A) {{ {fields} }}"));
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(rules(&graph, &format!("Query.{name}")), ["scopes []"], "{name}");
    }
}

/// Nothing to enforce costs nothing.
#[test]
fn a_graph_without_rules_has_none() {
    let graph = supergraph("", "", "type Query @join__type(graph: A) { x: Int }");
    assert!(graph.authorization().is_empty());
    assert!(!is_barred(&graph, "Query.x", &RuleSet::of(router_schema::RuleId(0))));
    assert_eq!(graph.rules_of_field(router_schema::FieldId(0), &TypeSet::of(router_schema::TypeId(0))), RuleSet::new());
}
