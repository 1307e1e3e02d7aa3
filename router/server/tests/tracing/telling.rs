//! What is told of each request, kept or not.

use std::time::Duration;

use router_server::RouterSettings;
use router_server::configuration::SettingsError;
use router_studio::{CacheVerdict, FetchOutcome, OperationKind};
use serde_json::json;
use telemetry::PropagationFormat;

use super::Watched;
use crate::testkit::{Issuer, reply};

#[tokio::test]
async fn a_request_is_told_with_its_operation_its_plan_and_what_it_waited_for() {
    let it = Watched::new(|settings| settings.telemetry.sampling.rate = 0.0);
    it.graph.identity.slow_down(Duration::from_millis(30));
    let query = "query Mine($first: Int!) { me { name courses } courses(first: $first) }";
    let body = json!({ "query": query, "variables": { "first": 1 } });
    let token = format!("Bearer {}", it.graph.token());
    for headers in [vec![], vec![("authorization", token.as_str())]] {
        it.graph.post(&body, &headers).await;
    }
    let told: Vec<_> = it.requests().into_iter().map(|(request, _)| request).collect();
    let [first, second] = told.as_slice() else { panic!("two requests: {told:?}") };

    let operation = first.operation.as_ref().unwrap();
    assert_eq!((operation.name.as_deref(), operation.kind), (Some("Mine"), OperationKind::Query));
    assert_eq!(operation.hash, router_registry::id_of_text(query));
    assert_eq!(operation.fields, ["Query.courses", "Query.me", "User.courses", "User.name"]);
    let plan: Vec<_> = operation
        .plan
        .iter()
        .map(|fetch| (fetch.subgraph.as_str(), fetch.depends_on.len(), fetch.paths.join(",")))
        .collect();
    assert!(plan.contains(&("learning", 1, "me".to_owned())), "{plan:?}");
    assert!(std::sync::Arc::ptr_eq(operation, second.operation.as_ref().unwrap()), "it is made once");

    assert_eq!((&*first.endpoint, first.status, first.errors.len()), ("/graphql", 200, 0));
    assert_eq!(first.fetches.len(), operation.plan.len());
    assert!(first.fetches.iter().all(|fetch| fetch.outcome == FetchOutcome::Answered && fetch.status == Some(200)));
    assert!(first.fetches.iter().all(|fetch| fetch.request_bytes > 0 && fetch.reply_bytes > 0));
    assert!(
        first.duration >= Duration::from_millis(30) && first.overhead + Duration::from_millis(30) <= first.duration
    );
    let stages: Vec<&str> = first.stages.iter().map(|(name, _, _)| &**name).collect();
    assert_eq!(stages, ["admission", "identity", "operation", "authorization", "execution", "projection"]);
    assert!(first.stages.iter().all(|(_, begin, duration)| *begin + *duration <= first.duration));
    assert!(first.cost.is_some() && matches!(first.cache, Some(CacheVerdict::Uncacheable(_))) && first.reply_bytes > 0);

    assert_eq!(first.viewer, None);
    let viewer = second.viewer.as_ref().unwrap();
    let subject = Issuer::claims(it.graph.clock.seconds())["sub"].as_str().unwrap().to_owned();
    assert!(!viewer.contains(&subject) && viewer.len() >= 16);
    assert_eq!(second.client, None);
}

#[tokio::test]
async fn a_refusal_is_told_without_an_operation() {
    let it = Watched::new(|_| {});
    it.graph.query("{ nonsense }").await;
    it.graph.post(&json!({ "query": "{ me { name } }" }), &[("authorization", "Bearer nonsense")]).await;
    it.graph.request("POST", "/graphql", &[("accept", "image/png")], "{}").await;
    let told: Vec<_> = it
        .requests()
        .iter()
        .map(|(request, _)| (request.status, request.errors[0].to_string(), request.operation.is_none()))
        .collect();
    let refused = |status, code: &str| (status, code.to_owned(), true);
    assert_eq!(told, [refused(400, "BAD_USER_INPUT"), refused(401, "UNAUTHENTICATED"), refused(406, "BAD_USER_INPUT")]);
}

#[tokio::test]
async fn what_was_kept_is_told_as_kept() {
    for keeps_replies in [false, true] {
        let it = Watched::new(|settings| {
            if !keeps_replies {
                settings.caching.reply_bytes_max = 0;
            }
        });
        it.graph.identity.answer(|_| {
            let me = json!({ "data": { "me": { "__typename": "User", "id": "usr_1", "name": "Lee" } } });
            let mut kept = reply(200, &me)?;
            kept.headers_mut().insert("cache-control", http::HeaderValue::from_static("max-age=60"));
            Ok(kept)
        });
        for _ in 0..2 {
            it.graph.query("{ me { name } }").await;
        }
        let told = it.requests();
        let (first, second) = (&told[0].0, &told[1].0);
        assert_eq!(first.cache, Some(CacheVerdict::Miss));
        let asked = &first.fetches[0];
        assert_eq!((asked.outcome, asked.kept, asked.age), (FetchOutcome::Answered, 0, None));
        if keeps_replies {
            assert_eq!((&second.cache, second.fetches.len()), (&Some(CacheVerdict::Hit { age: 0 }), 0));
        } else {
            let kept = &second.fetches[0];
            assert_eq!((kept.outcome, kept.kept, kept.request_bytes), (FetchOutcome::Kept, 1, 0));
            assert!(kept.age.is_some() && kept.status.is_none());
        }
    }
}

#[test]
fn settings_that_cannot_be_are_refused_with_their_names() {
    let refused = |change: fn(&mut RouterSettings)| -> SettingsError {
        let mut settings = RouterSettings::default();
        change(&mut settings);
        settings.validate().unwrap_err()
    };
    let keys = [
        refused(|settings| settings.telemetry.sampling.rate = 1.5),
        refused(|settings| settings.telemetry.sampling.rate = f64::NAN),
        refused(|settings| settings.telemetry.propagation.formats = vec![PropagationFormat::B3, PropagationFormat::B3]),
        refused(|settings| settings.telemetry.propagation.baggage = vec!["a=b".to_owned()]),
        refused(|settings| {
            let otlp = json!({ "endpoint": "collector:4317" });
            settings.telemetry.tracing.otlp = serde_json::from_value(otlp).unwrap();
        }),
        refused(|settings| {
            let otlp = json!({ "endpoint": "http://collector:4317", "timeout_ms": 0 });
            settings.telemetry.tracing.otlp = serde_json::from_value(otlp).unwrap();
        }),
    ]
    .map(|error| error.key);
    assert_eq!(
        keys,
        [
            "telemetry.sampling.rate",
            "telemetry.sampling.rate",
            "telemetry.propagation.formats[1]",
            "telemetry.propagation.baggage",
            "telemetry.tracing.otlp.endpoint",
            "telemetry.tracing.otlp.timeout_ms"
        ]
    );
}
