//! What is `@inaccessible`, and what routers and subgraphs say to each other, is not there for clients: whatever they ask, and
//! whatever goes wrong, no reply has a name of it (security.md's rows FED-01, FED-14 to FED-16, FED-39).

use std::sync::Mutex;

use router_server::configuration::PlaygroundSettings;
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, TestReply, reply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@inaccessible", "@authenticated"])
type Query {
  me(shown: Int, veiledArgument: Int @inaccessible): User
  paint(colour: Colour, filter: Filter): Colour
  thing: Thing
  veiledRoot: Int @inaccessible
}
type Mutation { rename(name: String): User veiledMutation: Int @inaccessible }
type User @key(fields: "veiledKey") {
  veiledKey: ID! @inaccessible
  veiledGuard: String @inaccessible @authenticated
  name: String colour: Colour
}
type VeiledType @inaccessible { name: String }
interface VeiledInterface @inaccessible { name: String }
union Thing = User | VeiledType
scalar VeiledScalar @inaccessible
enum VeiledEnum @inaccessible { A }
enum Colour { RED VEILED_VALUE @inaccessible }
input VeiledInput @inaccessible { a: Int }
input Filter { name: String veiledMember: Int @inaccessible }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@inaccessible", "@external", "@requires", "@authenticated"])
type Query { courses: [String!] }
type User @key(fields: "veiledKey") {
  veiledKey: ID! @inaccessible
  veiledGuard: String @external
  courses: [String!]
  guarded: String @requires(fields: "veiledGuard") @authenticated
}
"#;
/// The dictionary. All hidden names have the first in them; the others are what routers speak of with subgraphs.
const HIDDEN: [&str; 9] =
    ["veiled", "_entities", "_service", "_any", "_entity", "join__", "link__", "representations", "inaccessible"];

fn graph() -> Graph {
    let graph = Graph::builder()
        .schemas(IDENTITY, LEARNING)
        .settings(|settings| settings.playground = Some(PlaygroundSettings::default()))
        .build();
    let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
    let lee = json!({ "__typename": "User", "veiledKey": "7", "veiledGuard": "g", "name": "Lee", "colour": "RED" });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": { "me": lee, "thing": lee, "paint": "RED" } })),
    });
    graph
}

/// What the client has written itself may be repeated to it.
fn assert_nothing_hidden_in(reply: &TestReply, repeated: &str, case: &str) {
    let text = format!("{:?} {}", reply.headers, String::from_utf8_lossy(&reply.body)).to_lowercase();
    let text = if repeated.is_empty() { text } else { text.replace(&repeated.to_lowercase(), "") };
    let found: Vec<_> = HIDDEN.iter().filter(|name| text.contains(**name)).collect();
    assert!(found.is_empty(), "{case}: {found:?} in {text}");
}

/// The reply without what is of its own request only.
fn comparable(reply: &TestReply) -> String {
    let mut body = reply.json();
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["traceId"] = Value::Null;
    }
    format!("{} {body}", reply.status)
}

/// Each way to say a name, with `NAME` where it stands.
const WAYS: [(&str, &str); 18] = [
    ("veiledRoot", "{ NAME }"),
    ("veiledMutation", "mutation { NAME }"),
    ("veiledKey", "{ me { NAME } }"),
    ("veiledKey", "{ me { ...F } } fragment F on User { a: NAME }"),
    ("veiledKey", "{ thing { ... on User { NAME @include(if: false) } } }"),
    ("veiledArgument", "{ me(NAME: 1) { name } }"),
    ("veiledArgument", "query($a: Int) { me(NAME: $a) { name } }"),
    ("VEILED_VALUE", "{ paint(colour: NAME) }"),
    ("VEILED_VALUE", "query($c: Colour = NAME) { paint(colour: $c) }"),
    ("veiledMember", "{ paint(filter: { NAME: 1 }) }"),
    ("veiledMember", "query($f: Filter = { NAME: 1 }) { paint(filter: $f) }"),
    ("VeiledType", "{ thing { ... on NAME { name } } }"),
    ("VeiledType", "{ thing { ...F } } fragment F on NAME { name }"),
    ("VeiledInterface", "{ me { ... on NAME { name } } }"),
    ("VeiledInput", "query($f: NAME) { me { name } }"),
    ("VeiledEnum", "query($e: NAME = A) { me { name } }"),
    ("VeiledScalar", "query($s: [NAME!]!) { me { name } }"),
    ("VeiledType", "{ __type(name: \"NAME\") { name fields { name } } }"),
];

/// FED-14, FED-15: a hidden name is answered as one that has never been, and what is nearly one is not put right.
#[tokio::test]
async fn hidden_names_are_as_names_that_are_not_there() {
    let graph = graph();
    for (name, way) in WAYS {
        let unknown = "q".repeat(name.len());
        let hidden = graph.query(&way.replace("NAME", name)).await;
        let other = graph.query(&way.replace("NAME", &unknown)).await;
        assert_eq!(comparable(&hidden), comparable(&other).replace(&unknown, name), "{way}");
        for nearly in [name[1..].to_owned(), format!("{name}s"), name[..name.len() - 1].to_owned(), name.to_lowercase()]
        {
            if nearly != name {
                let told = graph.query(&way.replace("NAME", &nearly)).await;
                assert_nothing_hidden_in(&told, &nearly, &format!("{way}: {nearly}"));
            }
        }
    }
    for (document, variables) in [
        ("query($v: Colour) { paint(colour: $v) }", json!("NAME")),
        ("query($v: Filter) { paint(filter: $v) }", json!({ "NAME": 1 })),
    ] {
        let name = if variables.is_string() { "VEILED_VALUE" } else { "veiledMember" };
        let ask = async |name: &str| {
            let variables: Value = serde_json::from_str(&variables.to_string().replace("NAME", name)).unwrap();
            graph.post(&json!({ "query": document, "variables": { "v": variables } }), &[]).await
        };
        let unknown = "q".repeat(name.len());
        let hidden = ask(name).await;
        assert_eq!(hidden.status.as_u16(), 400, "{hidden:?}");
        assert_eq!(comparable(&hidden), comparable(&ask(&unknown).await).replace(&unknown, name), "{document}");
        assert_nothing_hidden_in(&ask(&name[1..]).await, &name[1..], document);
    }
    assert_eq!(graph.executed(), 0);
}

/// FED-15: nor do costs, refusals for lack of rights, and plans for those who may not see them.
#[tokio::test]
async fn no_report_has_a_hidden_name() {
    let graph = graph();
    let query = json!({ "query": "{ me { name courses guarded } thing { ... on User { courses } } }" });
    let token = format!("Bearer {}", graph.token_with("user:read", &json!({})));
    for headers in [
        [("x-cost", "1"), ("x-lyceum-plan", "1")],
        [("x-cost", "only"), ("x-lyceum-plan", "0")],
        [("x-cost", "0"), ("x-lyceum-plan", "only")],
        [("apollo-federation-include-trace", "ftv1"), ("apollo-query-plan-experimental", "1")],
    ] {
        for authorization in ["", &token] {
            let mut headers = headers.to_vec();
            if !authorization.is_empty() {
                headers.push(("authorization", authorization));
            }
            let told = graph.post(&query, &headers).await;
            assert_nothing_hidden_in(&told, "", &format!("{headers:?}"));
        }
    }
    let refused = graph.post(&query, &[]).await;
    let text = String::from_utf8(refused.body.to_vec()).unwrap();
    assert!(text.contains("\"coordinate\":\"User.guarded\""), "{text}");
}

/// FED-15, FED-18: what a subgraph says of a hidden field, which the router alone has asked for, is not handed on.
#[tokio::test]
async fn errors_of_hidden_fields_do_not_name_them() {
    let graph = graph();
    for path in [json!(["me", "veiledKey"]), json!(["me", "veiledKey", 0]), json!(["veiledRoot"])] {
        let error = json!({ "message": "veiledKey is away", "path": path });
        let body = json!({ "data": { "me": { "__typename": "User", "veiledKey": null } }, "errors": [error] });
        graph.identity.answer(move |_| reply(200, &body));
        let told = graph.query("{ me { courses } }").await;
        assert!(told.json()["errors"].is_array(), "{told:?}");
        assert_nothing_hidden_in(&told, "", &path.to_string());
    }
}

/// FED-16: what a subgraph may not say is null, and what it said is not repeated.
#[tokio::test]
async fn hidden_values_and_types_are_null_in_replies() {
    let graph = graph();
    for (query, data) in [
        ("{ paint }", json!({ "paint": "VEILED_VALUE" })),
        ("{ me { name colour } }", json!({ "me": { "name": "Lee", "colour": "VEILED_VALUE" } })),
        ("{ thing { __typename } }", json!({ "thing": { "__typename": "VeiledType" } })),
        ("{ thing { ... on User { name } } }", json!({ "thing": { "__typename": "VeiledType", "name": "x" } })),
    ] {
        let answer = Mutex::new(json!({ "data": data }));
        graph.identity.answer(move |_| reply(200, &answer.lock().unwrap()));
        let told = graph.query(query).await;
        let errors = told.json()["errors"].as_array().map_or(0, Vec::len);
        assert_eq!((told.status.as_u16(), errors), (200, 1), "{query}: {told:?}");
        assert_nothing_hidden_in(&told, "", query);
        let data = &told.json()["data"];
        let place = &data[query[2..].split(' ').next().unwrap()];
        assert!(place.is_null() || place["colour"].is_null(), "{query}: {told:?}");
    }
}

/// FED-01, FED-39: what routers ask subgraphs is no field of the graph's, and introspection knows nothing of it.
#[tokio::test]
async fn the_speech_of_routers_and_subgraphs_is_not_the_graphs() {
    let graph = graph();
    for query in [
        "{ _entities(representations: [{ __typename: \"User\", veiledKey: \"7\" }]) { __typename } }",
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { name } } }",
        "{ _service { sdl } }",
        "{ me { ..._ } } fragment _ on _Entity { __typename }",
        "{ me @join__field(graph: IDENTITY) { name } }",
        "query @link(url: \"https://specs.apollo.dev/join/v0.3\") { me { name } }",
        "query($g: join__Graph) { me { name } }",
    ] {
        let refused =
            graph.post(&json!({ "query": query, "variables": { "r": [{ "__typename": "User" }] } }), &[]).await;
        assert_eq!(refused.status.as_u16(), 400, "{query}: {refused:?}");
        assert!(refused.json().get("data").is_none(), "{query}: {refused:?}");
    }
    let query = "{ __schema { types { name description fields(includeDeprecated: true) { name args(includeDeprecated: true) { name } } \
                 inputFields(includeDeprecated: true) { name } enumValues(includeDeprecated: true) { name } \
                 possibleTypes { name } interfaces { name } } \
                 directives { name args(includeDeprecated: true) { name } } } \
                 _s: __type(name: \"_Service\") { name } _a: __type(name: \"_Any\") { name } j: __type(name: \"join__Graph\") { name } }";
    let told = graph.query(query).await;
    assert!(told.json()["errors"].is_null(), "{told:?}");
    assert_nothing_hidden_in(&told, "", "introspection");
    for alias in ["_s", "_a", "j"] {
        assert_eq!(told.json()["data"][alias], Value::Null);
    }
    let mut directives: Vec<_> = told.json()["data"]["__schema"]["directives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].to_string())
        .collect();
    directives.sort();
    assert!(directives.iter().all(|name| !name.contains("__")), "{directives:?}");
    assert_eq!(graph.executed(), 0);
}
