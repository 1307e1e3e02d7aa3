//! How long a reply may be kept: by the graph, by the subgraphs, by the settings; the strictest holds.

use router_server::configuration::{CacheStore, CachingSettings};
use router_server::{RequestSigner, RouterBuilder, RouterSettings};
use serde_json::json;

use super::{ask, cache_control, graph, graph_with};
use crate::testkit::{Graph, reply};

/// CC-01, CC-02, P4: fields, types, what is inherited, and what nobody says anything of.
#[tokio::test]
async fn the_strictest_hint_counts() {
    let (graph, _) = graph();
    for (query, expected) in [
        ("{ courses { id } }", "public, max-age=60"),
        ("{ courses { title views } }", "public, max-age=5"),
        ("{ course(id: \"crs_1\") { title } }", "public, max-age=120"),
        ("{ course(id: \"crs_1\") { title } courses { id } }", "public, max-age=60"),
        ("{ course(id: \"crs_1\") { rating } }", "public, max-age=120"),
        ("query($x: Boolean = false) { course(id: \"crs_1\") { title views @include(if: $x) } }", "public, max-age=5"),
        (
            "{ ...Two } fragment Two on Query { courses { ...One } } fragment One on Course { views }",
            "public, max-age=5",
        ),
        // Nothing is said of a root field, and nothing of what it returns.
        ("{ today }", "no-store"),
        ("{ courses { id } today }", "no-store"),
        // Private, and nobody has said who they are.
        ("{ course(id: \"crs_1\") { progress } }", "private, max-age=20"),
        ("{ learnt { title } }", "private, max-age=30"),
        ("{ __typename }", "no-store"),
        ("{ __schema { queryType { name } } courses { id } }", "no-store"),
    ] {
        assert_eq!(cache_control(&ask(&graph, query).await), expected, "{query}");
    }
}

/// CC-01, CC-05: what a subgraph says counts, too; one that says nothing says no.
#[tokio::test]
async fn a_subgraph_may_be_stricter() {
    for (learning, identity, expected) in [
        ("max-age=40", "max-age=300", "public, max-age=40"),
        ("max-age=300", "max-age=10, private", "private, max-age=10"),
        ("max-age=300", "no-store", "no-store"),
        ("max-age=300", "", "no-store"),
        ("", "max-age=300", "no-store"),
    ] {
        let (graph, _) = graph_with(learning, identity, |_| {});
        let reply = ask(&graph, "{ courses { title rating } }").await;
        assert_eq!(cache_control(&reply), expected, "{learning}; {identity}");
    }
}

/// A graph that says nothing leaves it to its subgraphs; the settings have the last word.
#[tokio::test]
async fn without_hints_the_subgraphs_decide_and_the_settings_bound_it() {
    let allowed = |graph: &Graph| {
        graph.learning.answer(|_| super::allowing("max-age=90", &json!({ "data": { "courses": ["Rust"] } })));
    };
    let plain = Graph::new();
    allowed(&plain);
    assert_eq!(cache_control(&ask(&plain, "{ courses(first: 1) }").await), "public, max-age=90");
    let bounded = Graph::builder().settings(|settings| settings.caching.max_age_seconds_max = 10).build();
    allowed(&bounded);
    assert_eq!(cache_control(&ask(&bounded, "{ courses(first: 1) }").await), "public, max-age=10");
    let (by_default, _) =
        graph_with("max-age=300", "max-age=300", |settings| settings.caching.default_max_age_seconds = 7);
    assert_eq!(cache_control(&ask(&by_default, "{ today }").await), "public, max-age=7");
}

/// With `inheritMaxAge` among its arguments the directive is Apollo's, and so are the rules.
#[tokio::test]
async fn a_graph_with_apollos_directive_has_apollos_rules() {
    let sdl = r#"
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective"])
          @link(url: "https://lyceum.example/cacheControl/v1.0", import: ["@cacheControl"])
          @composeDirective(name: "@cacheControl")
        directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
          on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
        enum CacheControlScope { PUBLIC PRIVATE }
        type Query { book: Book cached: Book @cacheControl(maxAge: 60) reader: Reader @cacheControl(maxAge: 40) }
        type Book { title: String author: Author publisher: Publisher @cacheControl(inheritMaxAge: true) }
        type Author { name: String }
        type Publisher { name: String }
        type Reader @cacheControl(scope: PRIVATE) { book: Book @cacheControl(maxAge: 30) }
    "#;
    let graph = Graph::builder().schemas("type Query { me: String }", sdl).build();
    let book = json!({ "title": "Rust", "author": { "name": "Kim" }, "publisher": { "name": "Lee" } });
    let data = json!({ "data": { "book": book, "cached": book, "reader": { "book": book } } });
    graph.learning.answer(move |_| super::allowing("max-age=300", &data));
    for (query, expected) in [
        ("{ book { title } }", "no-store"),
        ("{ cached { title } }", "public, max-age=60"),
        ("{ cached { title author { name } } }", "no-store"),
        ("{ cached { title publisher { name } } }", "public, max-age=60"),
        ("{ reader { book { title } } }", "private, max-age=30"),
    ] {
        assert_eq!(cache_control(&ask(&graph, query).await), expected, "{query}");
    }
}

/// CC-03: nothing is kept of what came with an error, nor of what was refused.
#[tokio::test]
async fn an_error_is_never_kept() {
    let (graph, _) = graph();
    graph.learning.answer(|_| {
        super::allowing("max-age=300", &json!({ "data": { "courses": null }, "errors": [{ "message": "no" }] }))
    });
    for _ in 0..2 {
        assert_eq!(cache_control(&ask(&graph, "{ courses { id } }").await), "no-store");
    }
    assert_eq!(graph.learning.requests("/graphql").len(), 2);
    // Nor one that the router finds itself.
    graph.learning.answer(|_| super::allowing("max-age=300", &json!({ "data": { "courses": [{ "id": null }] } })));
    assert_eq!(cache_control(&ask(&graph, "{ courses { id } }").await), "no-store");
    assert_eq!(cache_control(&ask(&graph, "{ nonsense }").await), "no-store");
    // What sets a cookie is for one client only.
    graph.learning.answer(|_| {
        let mut response = reply(200, &json!({ "data": { "courses": [] } })).unwrap();
        response.headers_mut().insert("cache-control", "max-age=300".parse().unwrap());
        response.headers_mut().insert("set-cookie", "a=b".parse().unwrap());
        Ok(response)
    });
    assert_eq!(cache_control(&ask(&graph, "{ courses(first: 9) { id } }").await), "no-store");
}

/// What cannot be meant is named before anything is served.
#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let mut settings = router_server::RouterSettings::default();
    settings.caching.stale_if_error_seconds = 40_000_000;
    let error = settings.validate().unwrap_err();
    assert_eq!(error.key, "caching.stale_if_error_seconds");
}

/// What cannot be right of a shared store is found before the router starts; no address is repeated.
#[test]
fn a_shared_store_that_cannot_be_right_is_refused() {
    let with = |store, redis: Option<&str>, change: fn(&mut CachingSettings)| {
        let mut caching = CachingSettings { store, redis: redis.map(str::to_owned), ..CachingSettings::default() };
        change(&mut caching);
        RouterSettings { caching, ..RouterSettings::default() }.validate().map_err(|error| error.to_string())
    };
    let url = Some("redis://user:secret@host");
    assert_eq!(with(CacheStore::Redis, url, |_| {}), Ok(()));
    for (refused, begin) in [
        (with(CacheStore::Redis, None, |_| {}), "caching.redis: the store is redis"),
        (with(CacheStore::Memory, url, |_| {}), "caching.redis: a server is named"),
        (with(CacheStore::Redis, Some("http://user:secret@host"), |_| {}), "caching.redis: it begins neither"),
        (
            with(CacheStore::Redis, url, |caching| caching.redis_key_prefix = "a}b".to_owned()),
            "caching.redis_key_prefix: ",
        ),
        (with(CacheStore::Redis, url, |caching| caching.redis_timeout_ms = 0), "caching.redis_timeout_ms: "),
        (with(CacheStore::Redis, url, |caching| caching.redis_timeout_ms = 60_000), "caching.redis_timeout_ms: "),
        (with(CacheStore::Redis, url, |caching| caching.redis_value_bytes_max = 0), "caching.redis_value_bytes_max: "),
        (
            with(CacheStore::Redis, url, |caching| (caching.fetch_bytes_max, caching.reply_bytes_max) = (0, 0)),
            "caching.store: ",
        ),
    ] {
        let refused = refused.unwrap_err();
        assert!(refused.starts_with(begin) && !refused.contains("secret"), "{refused}");
    }
}

/// A router whose settings share what it keeps, and that knows no server, is not built.
#[test]
fn settings_that_share_want_somebody_to_share_with() {
    let source = router_composition::SubgraphSource {
        name: "one".to_owned(),
        url: "http://one.invalid/graphql".to_owned(),
        sdl: "type Query { a: Int }".to_owned(),
        file_name: "one.graphql".to_owned(),
    };
    let supergraph = router_composition::compose(&[source]).unwrap().supergraph_sdl;
    let supergraph = router_schema::Supergraph::parse(&supergraph).unwrap();
    let redis = Some("redis://host".to_owned());
    let caching = CachingSettings { store: CacheStore::Redis, redis, ..CachingSettings::default() };
    let settings = RouterSettings { caching, ..RouterSettings::default() };
    let signer = RequestSigner::new("k1", b"0123456789abcdef0123456789abcdef".to_vec().into()).unwrap();
    let refused = RouterBuilder::new(supergraph, settings, signer).build().unwrap_err();
    assert!(refused.to_string().starts_with("caching.store: "), "{refused}");
}
