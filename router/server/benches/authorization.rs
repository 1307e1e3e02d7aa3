//! What authorization costs a request that it changes nothing of: `cargo bench -p router-server --bench authorization`.
//!
//! The same query by the same viewer, in turns: to a graph without rules; to one with rules, where the query touches none;
//! and where it touches three, all met. The whole way through the router is measured, token and all, with a subgraph in the
//! same process. The last two lines show what it costs when rules are not met: the variant is found as the operation was.

#[path = "../tests"]
#[expect(dead_code, unused_imports, clippy::unwrap_used, reason = "the tests need more of it, and fail by panicking")]
mod tests {
    pub(crate) mod testkit;
}

use std::time::{Duration, Instant};

use serde_json::json;

use self::tests::testkit::{Graph, reply};

const ROUNDS: usize = 3000;
const WARM_UP: usize = 300;

const PLAIN: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
type Query { me: User open: User }
type User @key(fields: "id") { id: ID! name: String email: String phone: String }
"#;
const PROTECTED: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@authenticated", "@requiresScopes"])
type Query { me: User @authenticated open: User }
type User @key(fields: "id") { id: ID! name: String
  email: String @requiresScopes(scopes: [["nobody"], ["user:read"]])
  phone: String @requiresScopes(scopes: [["user:read", "course:write"]]) }
"#;
const OTHER: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
type Query { courses: [String!] }
"#;

struct Case {
    name: &'static str,
    graph: Graph,
    query: &'static str,
    has_token: bool,
    durations: Vec<Duration>,
}

fn case(name: &'static str, identity: &str, query: &'static str, has_token: bool) -> Case {
    let graph = Graph::builder().schemas(identity, OTHER).build();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    let user = json!({ "__typename": "User", "id": "usr_1", "name": "Lee", "email": "lee@example.org", "phone": "1" });
    let data = json!({ "data": { "me": user, "open": user } });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &data),
    });
    Case { name, graph, query, has_token, durations: Vec::with_capacity(ROUNDS) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (open, mine) = ("{ open { name email phone } }", "{ me { name email phone } }");
    let mut cases = [
        case("a graph without rules", PLAIN, mine, true),
        case("rules elsewhere in the graph", PROTECTED, "{ open { id name } }", true),
        case("the same, without rules", PLAIN, "{ open { id name } }", true),
        case("three rules, all met", PROTECTED, mine, true),
        case("rules not met", PROTECTED, open, false),
        case("the same, without rules", PLAIN, open, false),
    ];
    for round in 0..WARM_UP + ROUNDS {
        for case in &mut cases {
            let authorization = format!("Bearer {}", case.graph.token());
            let headers = [("authorization", authorization.as_str())];
            let headers = if case.has_token { &headers[..] } else { &[] };
            let body = json!({ "query": case.query });
            let begin = Instant::now();
            let reply = case.graph.post(&body, headers).await;
            let elapsed = begin.elapsed();
            assert_eq!(reply.status, http::StatusCode::OK);
            if round >= WARM_UP {
                case.durations.push(elapsed);
            }
        }
    }
    println!("{:<30} {:>12} {:>12}", "case", "median us", "p90 us");
    for case in &mut cases {
        case.durations.sort_unstable();
        let at = |share: usize| case.durations[case.durations.len() * share / 100].as_secs_f64() * 1e6;
        println!("{:<30} {:>12.1} {:>12.1}", case.name, at(50), at(90));
    }
}
