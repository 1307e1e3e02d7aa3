//! How the router joins traces, and tells subgraphs of them.

use serde_json::json;
use telemetry::PropagationFormat;

use super::Watched;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

#[tokio::test]
async fn each_kind_of_headers_comes_in_and_goes_out() {
    let b3 = format!("{TRACE}-{SPAN}-1");
    let jaeger = format!("{TRACE}:{SPAN}:0:1");
    type Headers<'h> = Vec<(&'h str, &'h str)>;
    let cases: [(PropagationFormat, Headers<'_>, &str); 5] = [
        (
            PropagationFormat::W3c,
            vec![("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")],
            "traceparent",
        ),
        (PropagationFormat::B3, vec![("b3", &b3)], "b3"),
        (PropagationFormat::B3Multi, vec![("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)], "x-b3-spanid"),
        (PropagationFormat::Jaeger, vec![("uber-trace-id", &jaeger)], "uber-trace-id"),
        (
            PropagationFormat::Datadog,
            vec![
                ("x-datadog-trace-id", "11803532876627986230"),
                ("x-datadog-parent-id", "67667974448284343"),
                ("x-datadog-tags", "_dd.p.tid=4bf92f3577b34da6"),
            ],
            "x-datadog-parent-id",
        ),
    ];
    for (format, headers, written) in cases {
        let it = Watched::new(|settings| settings.telemetry.propagation.formats = vec![format]);
        let answered = it.graph.post(&json!({ "query": "{ me { name } }" }), &headers).await;
        assert_eq!(answered.header("x-trace-id"), TRACE, "{format:?}");
        let (root, fetch) = (it.span("query"), it.span("fetch identity"));
        assert_eq!(root.parent.map(|parent| parent.to_string()).as_deref(), Some(SPAN), "{format:?}");
        let onward = it.graph.identity.requests("/graphql").remove(0);
        let parent = onward.headers()["traceparent"].to_str().unwrap();
        assert_eq!(parent, format!("00-{TRACE}-{}-01", fetch.id), "{format:?}");
        let told = onward.headers()[written].to_str().unwrap();
        let decimal = u64::from_be_bytes(fetch.id.bytes()).to_string();
        assert!(told.contains(&fetch.id.to_string()) || told == decimal, "{format:?}: {told}");
    }
}

#[tokio::test]
async fn what_contradicts_itself_or_is_not_asked_for_begins_a_trace() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let other = format!("{}-{SPAN}-1", TRACE.replace('4', "5"));
    let it = Watched::new(|settings| {
        settings.telemetry.propagation.formats = vec![PropagationFormat::W3c, PropagationFormat::B3];
    });
    let body = json!({ "query": "{ me { name } }" });
    let joined = it.graph.post(&body, &[("traceparent", &parent)]).await;
    assert_eq!(joined.header("x-trace-id"), TRACE);
    for headers in [
        vec![("traceparent", parent.as_str()), ("b3", other.as_str())],
        vec![("traceparent", parent.as_str()), ("traceparent", parent.as_str())],
        vec![("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1")],
    ] {
        let begun = it.graph.post(&body, &headers).await;
        assert_ne!(begun.header("x-trace-id"), TRACE, "{headers:?}");
        assert_eq!(begun.header("x-trace-id").len(), 32);
    }
}

#[tokio::test]
async fn baggage_goes_on_by_name_only() {
    let body = json!({ "query": "{ me { name } }" });
    let headers = [("baggage", "tenant=blue,admin=true")];
    let it = Watched::new(|_| {});
    it.graph.post(&body, &headers).await;
    assert!(!it.graph.identity.requests("/graphql")[0].headers().contains_key("baggage"));
    let it = Watched::new(|settings| settings.telemetry.propagation.baggage = vec!["tenant".to_owned()]);
    it.graph.post(&body, &headers).await;
    assert_eq!(it.graph.identity.requests("/graphql")[0].headers()["baggage"], "tenant=blue");
}

/// With nobody to tell, the trace still goes through, and nobody behind is made to record.
#[tokio::test]
async fn without_anybody_to_tell_a_trace_goes_through_all_the_same() {
    for (trusts, flags) in [(false, "00"), (true, "01")] {
        let graph = crate::testkit::Graph::builder()
            .settings(|settings| settings.telemetry.propagation.trust_parent = trusts)
            .build();
        let parent = format!("00-{TRACE}-{SPAN}-01");
        graph.post(&json!({ "query": "{ me { name } }" }), &[("traceparent", &parent)]).await;
        let [trace, span, told] = super::told(&graph.identity.requests("/graphql")[0]);
        assert_eq!((trace.as_str(), told.as_str()), (TRACE, flags));
        assert_ne!(span, SPAN);
    }
}
