//! What keeping costs and what it saves: `cargo bench -p router-server --bench caching`.
//!
//! The same query in turns, by nobody in particular: a list of 20 courses from one subgraph, each with its rating from
//! another. The whole way through the router is measured, with subgraphs in the same process that take next to no time, so
//! that what is saved is the router's own work only. The first two lines show what it costs to ask caches that have nothing.

#[path = "../tests"]
#[expect(dead_code, unused_imports, clippy::unwrap_used, reason = "the tests need more of it, and fail by panicking")]
mod tests {
    pub(crate) mod testkit;
}

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use router_server::configuration::CachingSettings;
use serde_json::{Value, json};

use self::tests::testkit::{Graph, Outcome, reply};

const ROUNDS: usize = 3000;
const WARM_UP: usize = 300;
const COURSES: usize = 20;

const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [Course!] }
type Course @key(fields: "id") { id: ID! title: String description: String }
"#;
const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: String }
type Course @key(fields: "id") { id: ID! rating: Float reviews: Int }
"#;
const QUERY: &str = "{ courses { id title description rating reviews } }";

struct Case {
    name: &'static str,
    graph: Graph,
    durations: Vec<Duration>,
}

fn allowing(policy: &'static str, body: &Value) -> Outcome {
    let mut response = reply(200, body)?;
    response.headers_mut().insert("cache-control", http::HeaderValue::from_static(policy));
    Ok(response)
}

/// A graph whose lists may be kept as `lists` says and whose ratings as `ratings` says; `fresh` courses of each list were
/// in none before.
fn case(
    name: &'static str,
    lists: &'static str,
    ratings: &'static str,
    fresh: usize,
    caching: CachingSettings,
) -> Case {
    let graph = Graph::builder().schemas(IDENTITY, LEARNING).settings(|settings| settings.caching = caching).build();
    let asked = AtomicUsize::new(0);
    graph.learning.answer(move |_| {
        let round = asked.fetch_add(1, Ordering::Relaxed);
        let course = |index: usize| {
            let id = if index < fresh { format!("crs_{round}_{index}") } else { format!("crs_{index}") };
            json!({ "__typename": "Course", "id": id, "title": "A title of some words", "description": "x".repeat(200) })
        };
        allowing(lists, &json!({ "data": { "courses": (0..COURSES).map(course).collect::<Vec<_>>() } }))
    });
    graph.identity.answer(move |request| {
        let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let count = asked["variables"]["representations"].as_array().map_or(0, Vec::len);
        let entities = vec![json!({ "rating": 4.5, "reviews": 17 }); count];
        allowing(ratings, &json!({ "data": { "_entities": entities } }))
    });
    Case { name, graph, durations: Vec::with_capacity(ROUNDS) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let off =
        CachingSettings { fetch_bytes_max: 0, reply_bytes_max: 0, shared_fetches: false, ..CachingSettings::default() };
    let fetches = CachingSettings { reply_bytes_max: 0, ..CachingSettings::default() };
    let (no, yes) = ("no-store", "max-age=3600");
    let mut cases = [
        case("nothing is kept or shared", no, no, 0, off),
        case("nothing may be kept", no, no, 0, CachingSettings::default()),
        case("half of the ratings are kept", no, yes, COURSES / 2, fetches.clone()),
        case("all ratings are kept", no, yes, 0, fetches.clone()),
        case("all answers are kept", yes, yes, 0, fetches),
        case("the whole reply is kept", yes, yes, 0, CachingSettings::default()),
    ];
    let body = json!({ "query": QUERY });
    for round in 0..WARM_UP + ROUNDS {
        for case in &mut cases {
            let begin = Instant::now();
            let reply = case.graph.post(&body, &[]).await;
            let elapsed = begin.elapsed();
            assert_eq!(reply.status, http::StatusCode::OK);
            if round >= WARM_UP {
                case.durations.push(elapsed);
            }
        }
    }
    println!("{:<30} {:>12} {:>12} {:>12}", "case", "median us", "p90 us", "fetches");
    for case in &mut cases {
        case.durations.sort_unstable();
        let at = |share: usize| case.durations[case.durations.len() * share / 100].as_secs_f64() * 1e6;
        let fetches = case.graph.executed() as f64 / (WARM_UP + ROUNDS) as f64;
        println!("{:<30} {:>12.1} {:>12.1} {:>12.2}", case.name, at(50), at(90), fetches);
    }
}
