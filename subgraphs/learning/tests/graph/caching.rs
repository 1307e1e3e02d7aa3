//! What caches may keep (P4).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{Graph, owner};

/// P4: what everyone may see everyone may keep, for the shortest time of its parts.
#[tokio::test]
async fn a_published_course_may_be_kept_by_everyone() {
    let graph = Graph::on(TestDatabase::sqlite()).await;
    let course = graph.published("colour").await;
    let query = format!("{{ course(id: \"{course}\") {{ title category {{ name }} }} }}");
    let reply = graph.subgraph.ask(&Viewer::anonymous(), &query).await;
    assert_eq!(reply.header("cache-control"), "max-age=120, public");
    let list = graph.subgraph.ask(&owner(), "{ courses(first: 1) { edges { node { title } } } }").await;
    assert_eq!(list.header("cache-control"), "max-age=60, public");
    graph.subgraph.stop().await;
}

/// P4: whether a draft is there depends on who asks, so that neither answer may be kept for others.
#[tokio::test]
async fn a_draft_is_kept_by_no_cache_whoever_asks() {
    let graph = Graph::on(TestDatabase::sqlite()).await;
    let course = graph.draft("colour").await;
    let lesson = graph.add_lesson(&course, "Red").await;
    let queries = [
        format!("{{ course(id: \"{course}\") {{ title }} }}"),
        format!("{{ lesson(id: \"{lesson}\") {{ title }} }}"),
        format!("{{ _entities(representations: [{{ __typename: \"Course\", id: \"{course}\" }}]) {{ __typename }} }}"),
    ];
    for query in &queries {
        for viewer in [Viewer::anonymous(), owner()] {
            let reply = graph.subgraph.ask(&viewer, query).await;
            assert_eq!(reply.header("cache-control"), "no-store", "{query} for {viewer:?}: {}", reply.body);
        }
    }
    let own = graph.subgraph.ask(&owner(), "{ courses(first: 5, filter: { status: DRAFT }) { totalCount } }").await;
    assert_eq!((own.header("cache-control"), own.data("/courses/totalCount")), ("no-store", &json!(1)));
    graph.subgraph.stop().await;
}
