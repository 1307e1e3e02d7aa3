//! Little text that asks for much work (security.md's group AMP), at the HTTP boundary: what is refused, by which limit, and
//! before any subgraph is asked.
//!
//! Other rows stand where their subject does: AMP-01, AMP-03, AMP-04, AMP-10 and AMP-16 in `refusals`; AMP-05, AMP-14,
//! AMP-15 in `advisories`; AMP-19 in `content_encoding`; AMP-18 with OW-15 in `refusals`; AMP-25 in `subscriptions`; AMP-27
//! in `listeners`; AMP-32 in `transports`;
//! AMP-11, AMP-12 and AMP-08 beside the planner.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use router_server::configuration::CostMode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::testkit::{Graph, GraphBuilder, TestReply, reply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize"])
type Query { me: User people(first: Int, after: String): People find(filter: Filter): User any: [Found] }
type Mutation { login(code: String): User }
type People { edges: [Edge!] totalCount: Int }
type Edge { node: User }
union Found = User | Team
type Team { id: ID! name: String members(first: Int!): [User] }
input Filter { name: String also: [Filter!] }
type User @key(fields: "id") {
  id: ID! name: String friends(first: Int): People team: Team
  portrait: String @cost(weight: 30)
  visits(count: Int): [Visit] @listSize(slicingArguments: ["count"])
}
type Visit { at: String }
"#;

const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

/// A graph in which everything may be asked for often.
fn graph() -> GraphBuilder {
    Graph::builder().schemas(IDENTITY, LEARNING)
}

fn assert_refused(reply: &TestReply, code: &str, words: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, code), "{:.300}", format!("{reply:?}"));
    assert!(reply.message().contains(words), "`{words}` is not in: {}", reply.message());
}

/// AMP-02, AMP-13: thousands of equal fields take time that is linear in them, and are too many.
#[tokio::test]
async fn a_field_repeated_is_counted_each_time() {
    let graph = graph().settings(|settings| settings.operations.limits.fields_max = 8_000).build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "me": { "name": "Lee" } } })));
    let repeated = |times: usize| format!("{{ me {{ {} }} }}", "name ".repeat(times));
    let begin = Instant::now();
    assert_eq!(graph.query(&repeated(7_900)).await.json(), json!({ "data": { "me": { "name": "Lee" } } }));
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    assert_refused(&graph.query(&repeated(8_001)).await, "OPERATION_TOO_COMPLEX", "fields large");
    assert_refused(&graph.query(&repeated(30_000)).await, "OPERATION_TOO_COMPLEX", "tokens");
}

/// AMP-06, AMP-07, AMP-08, AMP-23, OW-08: what is asked often costs often, however it is written.
#[tokio::test]
async fn nested_lists_are_refused_by_their_cost() {
    let graph = graph().build();
    let nested = "people(first: 1000) { edges { node { friends(first: 1000) { edges { node {
        friends(first: 1000) { edges { node { friends(first: 1000) { edges { node { name } } } } } } } } } } } }";
    let in_fragments = "{ people(first: 100) { ...P } }
        fragment P on People { edges { ...E } }
        fragment E on Edge { node { friends(first: 20) { edges { node { name } } } } }";
    let types = "{ any { ... on Team { members(first: 200) { name } } ... on User { name } } }";
    let conditions: String = (0..12).fold(String::new(), |text, index| {
        format!("{text} ... @include(if: $v{index}) {{ friends(first: 100) {{ edges {{ node {{ id }} }} }} }}")
    });
    let variables: String = (0..12).fold(String::new(), |text, index| format!("{text} $v{index}: Boolean = true"));
    let conditions = format!("query ({variables}) {{ me {{ {conditions} }} }}");
    for (document, cost) in [
        (format!("{{ {nested} }}"), "2003003003001"),
        (in_fragments.to_owned(), "4301"),
        (types.to_owned(), "2010"),
        (conditions, "2413"),
    ] {
        let refused = graph.query(&document).await;
        assert_refused(&refused, "OPERATION_TOO_COMPLEX", &format!("may cost {cost}; at most 1500 is allowed"));
        let extensions = &refused.json()["errors"][0]["extensions"];
        assert_eq!((extensions["cost"].to_string().as_str(), &extensions["budget"]), (cost, &json!(1500)));
    }
    assert_eq!(graph.executed(), 0);
}

/// OW-09: a variable asks for as much as a literal does, and is reckoned anew for each request.
#[tokio::test]
async fn the_length_of_a_list_is_what_its_variable_says() {
    let graph = graph().build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "people": { "edges": [] } } })));
    let ask = |first: Value| {
        let query = "query ($n: Int) { people(first: $n) { edges { node { portrait } } } }";
        json!({ "query": query, "variables": { "n": first } })
    };
    for (first, is_within) in
        [(json!(46), true), (json!(47), false), (json!(i32::MAX), false), (json!(-1), true), (Value::Null, true)]
    {
        let answer = graph.post(&ask(first.clone()), &[]).await;
        assert_eq!(answer.status.is_success(), is_within, "{first}: {answer:?}");
    }
    let refused = graph.post(&ask(json!(100)), &[]).await;
    let named = "people.edges.node.portrait (3000), people.edges (100), people.edges.node (100)";
    assert_refused(&refused, "OPERATION_TOO_COMPLEX", named);
}

/// OW-10: a list without a length is one of the usual length; where the schema demands one, it is demanded.
#[tokio::test]
async fn a_list_without_a_length_is_bounded_all_the_same() {
    let graph = graph().build();
    let nested = (0..4).fold("name".to_owned(), |inner, _| format!("friends {{ edges {{ node {{ {inner} }} }} }}"));
    assert_refused(&graph.query(&format!("{{ me {{ {nested} }} }}")).await, "OPERATION_TOO_COMPLEX", "may cost 23332");
    let refused = graph.query("{ me { visits { at } } }").await;
    assert_refused(&refused, "BAD_USER_INPUT", "`User.visits` needs exactly one of its arguments count");
    assert_eq!(graph.executed(), 0);
}

/// Domain section 4.4: administrators may ask for more, and an operator may look before anything is refused.
#[tokio::test]
async fn budgets_are_those_of_the_settings() {
    let query = json!({ "query": "{ people(first: 60) { edges { node { portrait } } } }" });
    let answer = |graph: &Graph| {
        graph.identity.answer(|_| reply(200, &json!({ "data": { "people": null } })));
    };
    let measured = graph().settings(|settings| settings.operations.cost.mode = CostMode::Measure).build();
    answer(&measured);
    assert_eq!(measured.post(&query, &[]).await.status, 200);
    let graph = graph().build();
    answer(&graph);
    let mut claims = crate::testkit::Issuer::claims(graph.clock.seconds());
    for (scope, status) in [("user:read", 400), ("user:read admin", 200)] {
        claims["scope"] = json!(scope);
        let keys = json!({ "keys": [graph.issuer.public_key()] });
        graph.identity.answer(move |request| match request.uri().path() {
            "/.well-known/jwks.json" => reply(200, &keys),
            _ => reply(200, &json!({ "data": { "people": null } })),
        });
        let token = format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims));
        assert_eq!(graph.post(&query, &[("authorization", &token)]).await.status.as_u16(), status, "{scope}");
    }
}

/// AMP-09 (CVE-2024-47614)
#[tokio::test]
async fn a_flood_of_directives_is_refused() {
    let graph = graph().build();
    for directive in ["@include(if: true) ", "@unknown "] {
        for place in [
            "{ me @D { id } }",
            "query @D { me { id } }",
            "{ me { ... @D { id } } }",
            "{ me { ...F @D } } fragment F on User { id }",
            "{ me { ...F } } fragment F on User @D { id }",
            "query ($a: Int @D) { people(first: $a) { totalCount } }",
        ] {
            let refused = graph.query(&place.replace("@D", &directive.repeat(500))).await;
            assert_refused(&refused, "OPERATION_TOO_COMPLEX", "directives rich");
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// AMP-10
#[tokio::test]
async fn a_flood_of_variables_is_refused() {
    let graph = graph().build();
    let variables = (0..101).fold(String::new(), |text, index| format!("{text} $v{index}: Int"));
    let refused = graph.query(&format!("query ({variables}) {{ me {{ id }} }}")).await;
    assert_refused(&refused, "OPERATION_TOO_COMPLEX", "variables rich");
}

/// AMP-03, AMP-10: values that are written in the document.
#[tokio::test]
async fn long_lists_and_deep_objects_are_refused() {
    let graph = graph().build();
    let list = format!("{{ find(filter: {{ also: [{}] }}) {{ id }} }}", "{} ".repeat(1_001));
    assert_refused(&graph.query(&list).await, "OPERATION_TOO_COMPLEX", "values long in one list");
    let object = format!("{{ find(filter: {}name: \"a\"{}) {{ id }} }}", "{ also: ".repeat(10) + "{", "}".repeat(11));
    assert_refused(&graph.query(&object).await, "OPERATION_TOO_DEEP", "levels of input values deep");
    let default = format!("query ($f: Filter = {{ also: [{}] }}) {{ find(filter: $f) {{ id }} }}", "{} ".repeat(1_001));
    assert_refused(&graph.query(&default).await, "OPERATION_TOO_COMPLEX", "values long in one list");
}

/// AMP-17
#[tokio::test]
async fn a_flood_of_operations_is_refused() {
    let graph = graph().build();
    let operations = (0..101).fold(String::new(), |text, index| format!("{text} query Q{index} {{ me {{ id }} }}"));
    let refused = graph.post(&json!({ "query": operations, "operationName": "Q7" }), &[]).await;
    assert_refused(&refused, "OPERATION_TOO_COMPLEX", "operations and fragments long");
}

/// AMP-28 (ADV-64's kin): a name without end is neither repeated in full nor compared with all others.
#[tokio::test]
async fn long_unknown_names_get_no_long_answers() {
    let graph = graph().build();
    let begin = Instant::now();
    for document in [format!("{{ me {{ {} }} }}", "x".repeat(10_000)), format!("{{ ...{} }}", "y".repeat(10_000))] {
        let refused = graph.query(&document).await;
        assert_eq!(refused.status.as_u16(), 400, "{:.200}", format!("{refused:?}"));
        assert!(refused.body.len() < 30_000, "{} bytes", refused.body.len());
    }
    // Nor are the keys that a costly operation has.
    let costly = format!("{{ {}: people(first: 1000) {{ edges {{ node {{ id }} }} }} }}", "z".repeat(10_000));
    let refused = graph.query(&costly).await;
    assert_refused(&refused, "OPERATION_TOO_COMPLEX", "may cost 2001");
    assert!(refused.body.len() < 1_000, "{} bytes", refused.body.len());
    assert!(begin.elapsed() < Duration::from_secs(30));
}

/// AMP-21: documents that nobody asks for again take a bounded part of memory, and push out no more than that.
#[tokio::test]
async fn unique_documents_do_not_pile_up() {
    let graph = graph().settings(|settings| settings.operations.cache.document_bytes_max = 4_096).build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "find": null } })));
    for index in 0..300 {
        let answer = graph.query(&format!("{{ find(filter: {{ name: \"{index}\" }}) {{ id }} }}")).await;
        assert_eq!(answer.json(), json!({ "data": { "find": null } }));
    }
}

/// Domain section 4.4: who asks is told what an operation may cost, and what it has cost.
#[tokio::test]
async fn costs_are_told_to_whom_they_interest() {
    let graph = graph().build();
    graph.identity.answer(|_| {
        let people = json!({ "edges": [{ "node": { "name": "Lee" } }, { "node": null }], "totalCount": 2 });
        reply(200, &json!({ "data": { "people": people } }))
    });
    let query = json!({ "query": "{ people(first: 20) { totalCount edges { node { name } } } }" });
    assert!(graph.post(&query, &[]).await.json().get("extensions").is_none());
    assert!(graph.post(&query, &[("x-cost", "0")]).await.json().get("extensions").is_none());
    let told = graph.post(&query, &[("x-cost", "1")]).await;
    assert_eq!(told.json()["extensions"], json!({ "cost": { "requested": 41, "actual": 4 } }), "{told:?}");
}

/// AMP-31: however many operations wait to be prepared, who asks for one that is known does not wait behind them, and what
/// nobody waits for any more is not prepared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_new_operations_delays_nobody_else() {
    const FLOOD: usize = 400;
    let graph = Arc::new(graph().build());
    graph.identity.answer(|_| reply(200, &json!({ "data": { "me": { "name": "Lee" } } })));
    let known = "{ me { name } }";
    assert_eq!(graph.query(known).await.status, 200);
    let (tasks, done) = (Mutex::new(JoinSet::new()), Arc::new(AtomicUsize::new(0)));
    for number in 0..FLOOD {
        let (graph, done) = (Arc::clone(&graph), Arc::clone(&done));
        let fields: String = (0..20).map(|field| format!("a{field}: name ")).collect();
        let document =
            format!("query Q{number} {{ me {{ {} {} }} }}", fields, "... { name friends { totalCount } } ".repeat(400));
        tasks.lock().unwrap().spawn(async move {
            graph.query(&document).await;
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let begin = Instant::now();
        assert_eq!(graph.query(known).await.status, 200);
        slowest = slowest.max(begin.elapsed());
    }
    let before = done.load(Ordering::Relaxed);
    assert!(before < FLOOD, "the flood was over before twenty known operations, the slowest in {slowest:?}");
    // They hang up.
    tasks.lock().unwrap().abort_all();
    tokio::time::timeout(Duration::from_secs(60), graph.query("query New { me { name } }")).await.unwrap();
    assert!(done.load(Ordering::Relaxed) < FLOOD);
}

/// AMP-30: what clients name themselves is kept in maps whose order nobody outside can foresee.
#[test]
fn maps_of_clients_names_are_hashed_at_random() {
    use std::hash::BuildHasher;
    let std = [(); 2].map(|()| std::collections::HashMap::<String, ()>::new().hasher().hash_one("a"));
    let indexed = [(); 2].map(|()| indexmap::IndexMap::<String, ()>::new().hasher().hash_one("a"));
    let apollo =
        [(); 2].map(|()| apollo_compiler::collections::IndexMap::<String, ()>::default().hasher().hash_one("a"));
    for [one, other] in [std, indexed, apollo] {
        assert_ne!(one, other);
    }
}
