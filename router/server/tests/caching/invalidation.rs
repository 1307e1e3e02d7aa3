//! What ends the time of what is kept: changes by this router's clients, by others, and by operators.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{ask, ask_as, bearer, graph};
use crate::testkit::{Graph, TestReply};

const RENAME: &str = "mutation { rename(id: \"crs_1\", title: \"x\") { id title } }";
const COURSE: &str = "{ course(id: \"crs_1\") { title } }";
const COURSES: &str = "{ courses { id title } }";

fn title(reply: &TestReply) -> Value {
    let data = &reply.json()["data"];
    data.get("course").map_or_else(|| data["courses"][0]["title"].clone(), |course| course["title"].clone())
}

/// CC-12: after a change is acknowledged its author never reads the old value, whatever is kept of it, for whom, and under
/// whatever rights they ask from then on.
#[tokio::test]
async fn the_author_of_a_change_never_reads_the_old_value() {
    let (graph, _) = graph();
    for round in 1..50 {
        for viewer in ["usr_1", "usr_2"] {
            for query in [COURSE, COURSES, "{ courses { title } }"] {
                ask_as(&graph, viewer, query).await;
            }
        }
        let author = if round % 2 == 0 { "usr_1" } else { "usr_2" };
        // The answer does not even say what was changed.
        ask_as(&graph, author, "mutation { rename(id: \"crs_1\", title: \"x\") { __typename } }").await;
        for query in [COURSE, COURSES, "{ courses { title } }"] {
            assert_eq!(title(&ask_as(&graph, author, query).await), format!("crs_1 v{round}"), "{query}");
        }
    }
}

/// CC-12: a reply is as old as the oldest answer in it, whenever it was put together.
#[tokio::test]
async fn the_author_of_a_change_never_reads_a_reply_made_of_older_answers() {
    let (graph, _) = graph();
    ask_as(&graph, "usr_1", "{ secret }").await;
    // It says nothing of secrets.
    ask_as(&graph, "usr_2", RENAME).await;
    // Another operation, and the same fetch.
    let others = ask_as(&graph, "usr_1", "{  secret }").await.json();
    assert_eq!(others["data"]["secret"], "secret of usr_1 v0");
    let own = ask_as(&graph, "usr_2", "{  secret }").await.json();
    assert_eq!(own["data"]["secret"], "secret of usr_2 v1");
}

/// CC-12: what a mutation says it has changed is outdated for everybody, and nothing else is.
#[tokio::test]
async fn what_a_mutation_says_it_has_changed_is_asked_for_again() {
    let (graph, _) = graph();
    ask(&graph, COURSE).await;
    ask(&graph, "{ course(id: \"crs_2\") { id title } }").await;
    ask_as(&graph, "usr_1", RENAME).await;
    assert_eq!(title(&ask(&graph, COURSE).await), "crs_1 v1");
    let asked = graph.learning.requests("/graphql").len();
    assert_eq!(title(&ask(&graph, COURSE).await), "crs_1 v1");
    assert_eq!(graph.learning.requests("/graphql").len(), asked);
}

/// CC-12: a change elsewhere is seen as soon as the router has heard of it.
#[tokio::test]
async fn a_change_elsewhere_is_seen_when_it_is_heard_of() {
    let (graph, world) = graph();
    let invalidation = graph.server.cache_invalidation();
    let entity = "{ courses { id title rating } }";
    ask(&graph, entity).await;
    let rated = graph.identity.requests("/graphql").len();
    world.version.store(7, Ordering::SeqCst);
    assert_eq!(title(&ask(&graph, entity).await), "crs_1 v0");
    // Of something else.
    invalidation.outdate(["Lesson"].into_iter(), ["les_1"].into_iter());
    assert_eq!(title(&ask(&graph, entity).await), "crs_1 v0");
    // Of one of them.
    invalidation.outdate([].into_iter(), ["crs_3"].into_iter());
    assert_eq!(title(&ask(&graph, entity).await), "crs_1 v7");
    // Only the entity that has changed was asked for again.
    let requests = graph.identity.requests("/graphql");
    let again: Value = serde_json::from_slice(requests.last().unwrap().body()).unwrap();
    assert_eq!(
        (requests.len(), &again["variables"]["representations"]),
        (rated + 1, &json!([{ "__typename": "Course", "id": "crs_3" }]))
    );
    // Of their kind: a new one may belong in a list.
    world.version.store(8, Ordering::SeqCst);
    invalidation.outdate(["Course"].into_iter(), [].into_iter());
    assert_eq!(title(&ask(&graph, entity).await), "crs_1 v8");
    world.version.store(9, Ordering::SeqCst);
    invalidation.outdate_everything();
    assert_eq!(title(&ask(&graph, entity).await), "crs_1 v9");
}

/// An answer that was on its way while its subject changed is given to whoever waits for it, and kept for nobody.
#[tokio::test]
async fn an_answer_that_was_overtaken_by_a_change_is_not_kept() {
    let (graph, world) = graph();
    let invalidation = graph.server.cache_invalidation();
    // The subgraph has read the old value when the change is heard of.
    graph.learning.answer(move |_| {
        let version = world.version.fetch_add(1, Ordering::SeqCst);
        invalidation.outdate([].into_iter(), ["crs_1"].into_iter());
        let course = json!({ "__typename": "Course", "id": "crs_1", "title": format!("crs_1 v{version}") });
        super::allowing("max-age=300", &json!({ "data": { "course": course } }))
    });
    for version in 0..3 {
        assert_eq!(title(&ask(&graph, "{ course(id: \"crs_1\") { id title } }").await), format!("crs_1 v{version}"));
    }
}

pub(super) async fn operate(graph: &Graph, method: &str, path: &str, scope: &str, body: &str) -> TestReply {
    let mut claims = crate::testkit::Issuer::claims(graph.clock.seconds());
    claims["scope"] = json!(scope);
    let token = format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims));
    let request = Request::builder().method(method).uri(path).header("authorization", token);
    let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
    TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await
}

/// Operators see how much is kept, and say what has changed; others do neither.
#[tokio::test]
async fn operators_say_what_has_changed() {
    let (graph, world) = graph();
    ask(&graph, COURSES).await;
    world.version.store(1, Ordering::SeqCst);
    for (scope, body, status) in [
        ("", r#"{"everything":true}"#, 403),
        ("ops:read", r#"{"everything":true}"#, 403),
        ("ops:read admin", "{}", 400),
        ("ops:read admin", r#"{"type":"Course"}"#, 400),
        ("ops:read admin", "everything", 400),
    ] {
        let refused = operate(&graph, "POST", "/ops/cache/invalidate", scope, body).await;
        assert_eq!(refused.status, StatusCode::from_u16(status).unwrap(), "{scope}: {body}");
        assert_eq!(title(&ask(&graph, COURSES).await), "crs_1 v0");
    }
    let told = operate(&graph, "GET", "/ops/cache", "ops:read", "").await.json();
    assert_eq!(told["fetches"]["bytesMax"], 128 * 1024 * 1024);
    assert_eq!(operate(&graph, "GET", "/ops/cache", "", "").await.status, StatusCode::FORBIDDEN);
    let done = operate(&graph, "POST", "/ops/cache/invalidate", "ops:read admin", r#"{"ids":["crs_2"]}"#).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(title(&ask(&graph, COURSES).await), "crs_1 v1");
}

/// CC-12: a thousand who miss at once cause one fetch.
#[tokio::test]
async fn a_thousand_who_miss_at_once_cause_one_fetch() {
    let (graph, _) = graph();
    graph.learning.slow_down(Duration::from_millis(50));
    let everybody = (0..1_000).map(|_| ask(&graph, COURSES));
    let replies = futures_util::future::join_all(everybody).await;
    assert!(replies.iter().all(|reply| title(reply) == "crs_1 v0"));
    assert_eq!(graph.learning.requests("/graphql").len(), 1);
    // And those who come with a token, one for all of the same rights.
    let tokens: Vec<String> = (0..50).map(|number| bearer(&graph, &format!("usr_{number}"))).collect();
    let body = json!({ "query": COURSES });
    let headers: Vec<_> = tokens.iter().map(|token| [("authorization", token.as_str())]).collect();
    futures_util::future::join_all(headers.iter().map(|headers| graph.post(&body, headers))).await;
    assert_eq!(graph.learning.requests("/graphql").len(), 2);
}
