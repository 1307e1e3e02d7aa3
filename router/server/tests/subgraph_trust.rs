//! What a client says of itself, by whatever way it says it, and what a subgraph says of where else to go (security.md's
//! group FED). Other rows stand in `forwarding` and `header_rules`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use router_composition::SubgraphSource;
use router_schema::Supergraph;
use router_server::{RequestSigner, RouterBuilder, RouterSettings};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::testkit::{Graph, TestReply};

const ALWAYS: [&str; 6] = ["accept", "content-type", "traceparent", "x-correlation-id", "x-viewer", "x-viewer-sig"];

fn names(request: &Request<Bytes>) -> Vec<&str> {
    let mut names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

/// FED-07, FED-12: identity in every spelling, and what belongs to the connection.
#[tokio::test]
async fn no_spelling_of_a_viewer_is_sent_on() {
    let graph = Graph::new();
    let sent = [
        ("X-User-Id", "usr_admin"),
        ("x-user-id", "usr_admin"),
        ("X_USER_ID", "usr_admin"),
        ("x-roles", "ADMIN"),
        ("X-VIEWER", "e30"),
        ("x_viewer", "e30"),
        ("X_Viewer-Sig", "v1;kid=k1;t=1;sig=AA"),
        ("x-router-signature", "1"),
        ("x-internal-trust", "1"),
        ("cookie", "session=1"),
        ("host", "evil.example"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("forwarded", "for=127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-original-url", "/admin"),
    ];
    graph.post(&json!({ "query": "{ me { name } }" }), &sent).await;
    let request = graph.identity.requests("/graphql").remove(0);
    assert_eq!(names(&request), ALWAYS);
    assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
    // With rules that send on all that rules can.
    let everything = json!({ "all": { "request": [{ "propagate": { "matching": ".*" } }] } });
    let headers = serde_json::from_value(everything).unwrap();
    let graph = Graph::builder().settings(|settings| settings.headers = headers).build();
    graph.post(&json!({ "query": "{ me { name } }" }), &sent).await;
    let request = graph.identity.requests("/graphql").remove(0);
    for name in ["x_viewer", "x_viewer-sig", "cookie", "host", "te", "upgrade", "connection"] {
        assert!(!request.headers().contains_key(name), "{name}");
    }
    for name in ["x-viewer", "x-viewer-sig"] {
        assert_eq!(request.headers().get_all(name).iter().count(), 1, "{name}");
    }
    assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
}

/// FED-09, ADV-57: what stands in the parameters of a request, in its `extensions` or in its address becomes no header, whichever
/// way the reply is to come.
#[tokio::test]
async fn parameters_become_no_headers() {
    let graph = Graph::new();
    let forged = json!({ "x-viewer": "e30", "headers": { "x-user-id": "usr_admin" }, "Authorization": "Bearer x" });
    let body = json!({
        "query": "{ me { name } }", "extensions": forged, "headers": forged, "payload": forged, "x-viewer": "e30",
    });
    for accept in ["application/json", "text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        let headers = [("content-type", "application/json"), ("accept", accept)];
        let reply = graph.request("POST", "/graphql?x-viewer=e30&authorization=x", &headers, &body.to_string()).await;
        assert_eq!(reply.status, 200, "{accept}: {reply:?}");
    }
    let extensions = "%7B%22x-viewer%22%3A%22e30%22%7D";
    let got = format!("/graphql?query=%7Bme%7Bname%7D%7D&x-viewer=e30&extensions={extensions}");
    assert_eq!(graph.request("GET", &got, &[], "").await.status, 200);
    let requests = graph.identity.requests("/graphql");
    assert_eq!(requests.len(), 4);
    for request in requests {
        assert_eq!(names(&request), ALWAYS);
        assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
    }
}

/// FED-32, ADV-52, ADV-62, ADV-81: a viewer's claims go with that viewer's requests only, however many ask at once.
#[tokio::test]
async fn viewers_are_not_mixed_up() {
    let graph = Graph::new();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => crate::testkit::reply(200, &keys),
        _ => {
            let viewer = request.headers()["x-viewer"].to_str().unwrap();
            let me = json!({ "__typename": "User", "id": "1", "name": viewer });
            crate::testkit::reply(200, &json!({ "data": { "me": me } }))
        }
    });
    let tokens: Vec<(String, String)> = (0..5)
        .map(|number| {
            let mut claims = crate::testkit::Issuer::claims(graph.clock.seconds());
            claims["sub"] = json!(format!("usr_{number}"));
            (format!("usr_{number}"), graph.issuer.sign(&graph.issuer.header(), &claims))
        })
        .collect();
    let ask = async |(subject, token): &(String, String)| {
        use base64::Engine;
        let reply: TestReply = graph.query_as(token).await;
        let viewer = reply.json()["data"]["me"]["name"].as_str().unwrap().to_owned();
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(viewer).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["sub"], subject.as_str());
    };
    futures_util::future::join_all((0..300).map(|index| ask(&tokens[index % tokens.len()]))).await;
}

/// A server that answers every connection with these bytes, and counts them.
async fn answering(answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, asked)
}

/// FED-37: a subgraph cannot send the router, with all that it has signed, to somewhere else.
#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let whole = json!({ "data": { "me": "stolen" } }).to_string();
    let ok =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{whole}", whole.len());
    let (inner, asked) = answering(ok).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let redirect = format!(
            "HTTP/1.1 {status}\r\nlocation: http://{inner}/graphql\r\nrefresh: 0; url=http://{inner}/\r\ncontent-length: 0\r\n\r\n"
        );
        let (subgraph, _) = answering(redirect).await;
        let source = SubgraphSource {
            name: "identity".to_owned(),
            url: format!("http://{subgraph}/graphql"),
            sdl: "type Query { me: String }".to_owned(),
            file_name: "identity.graphql".to_owned(),
        };
        let supergraph = Supergraph::parse(&router_composition::compose(&[source]).unwrap().supergraph_sdl).unwrap();
        let signer = RequestSigner::new("k1", vec![7; 32].into()).unwrap();
        let mut settings = RouterSettings::default();
        settings.subgraph_requests.query_timeout_ms = 60_000;
        let server = RouterBuilder::new(supergraph, settings, signer).build().unwrap();
        let request = Request::post("/graphql").header("content-type", "application/json");
        let request = request.body(axum::body::Body::from("{\"query\":\"{ me }\"}")).unwrap();
        let reply = tower::ServiceExt::oneshot(server.public_router(), request);
        let reply = tokio::time::timeout(Duration::from_secs(60), reply).await.unwrap().unwrap();
        let reply = TestReply::read(reply).await;
        assert_eq!(reply.json()["data"]["me"], serde_json::Value::Null, "{status}: {reply:?}");
        assert!(!reply.json().to_string().contains(&inner), "{status}: {reply:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
