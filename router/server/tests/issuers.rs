//! Several issuers of tokens, and the places that a token may stand in (JWT rows).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use router_execution::TransportError;
use router_server::configuration::{IssuerSettings, TokenSource};
use serde_json::{Value, json};

use crate::testkit::{Graph, GraphBuilder, Issuer, reply};

const PARTNER: &str = "https://partner.example";
const PARTNER_KEYS: &str = "/partner-keys";

/// A graph that accepts the tokens of two issuers, both with a key of the id `key-1`, and the second issuer.
fn builder() -> (GraphBuilder, Issuer) {
    let builder = Graph::builder().settings(|settings| {
        let mut partner = IssuerSettings::new(PARTNER, "graph-of-partners", "learning");
        partner.jwks.path = PARTNER_KEYS.to_owned();
        partner.subject_prefix = "partner:".to_owned();
        partner.scopes = Some(["course:read".to_owned()].into());
        settings.authentication.as_mut().unwrap().issuers.push(partner);
    });
    (builder, Issuer::new("key-1", 2))
}

fn serve_partner_keys(graph: &Graph, keys: Value) {
    graph.learning.answer(move |request| match request.uri().path() {
        PARTNER_KEYS if keys.is_null() => Err(TransportError::Unavailable("gone".to_owned())),
        PARTNER_KEYS => reply(200, &json!({ "keys": [keys] })),
        _ => reply(200, &json!({ "data": { "courses": [] } })),
    });
}

fn graph() -> (Graph, Issuer) {
    let (builder, partner) = builder();
    let graph = builder.build();
    serve_partner_keys(&graph, partner.public_key());
    (graph, partner)
}

/// The claims of a partner's token, and of a token of the graph's own issuer with these changes.
fn claims(graph: &Graph, issuer: &str, audience: &str) -> Value {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["iss"] = Value::from(issuer);
    claims["aud"] = Value::from(audience);
    claims["scope"] = Value::from("course:read admin");
    claims
}

fn viewer(graph: &Graph) -> Value {
    let request = graph.identity.requests("/graphql").pop().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&request.headers()["x-viewer"]).unwrap()).unwrap()
}

/// Each issuer's tokens count; what one of them may say is bounded by the settings.
#[tokio::test]
async fn each_issuer_is_believed_as_far_as_it_is_trusted() {
    let (graph, partner) = graph();
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    assert_eq!(viewer(&graph)["sub"], "usr_1");
    let token = partner.sign(&partner.header(), &claims(&graph, PARTNER, "graph-of-partners"));
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    let seen = viewer(&graph);
    assert_eq!((&seen["sub"], &seen["scopes"]), (&json!("partner:usr_1"), &json!(["course:read"])));
}

/// RFC 8725 section 3.8: an issuer's key verifies its own tokens only, and each audience is of its own issuer.
#[tokio::test]
async fn no_issuer_speaks_for_another() {
    let (graph, partner) = graph();
    let own = crate::testkit::ISSUER;
    for (signer, issuer, audience, reason) in [
        (&partner, own, crate::testkit::AUDIENCE, "signature"),
        (&graph.issuer, PARTNER, "graph-of-partners", "signature"),
        (&partner, PARTNER, crate::testkit::AUDIENCE, "aud"),
        (&partner, "https://else.example", "graph-of-partners", "iss"),
        (&partner, "https://partner.example/", "graph-of-partners", "iss"),
        (&partner, "HTTPS://PARTNER.EXAMPLE", "graph-of-partners", "iss"),
    ] {
        let refused = graph.query_as(&signer.sign(&signer.header(), &claims(&graph, issuer, audience))).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{issuer} {audience}");
        assert!(refused.message().contains(reason), "{issuer} {audience}: {}", refused.message());
    }
    let mut nameless = claims(&graph, PARTNER, "graph-of-partners");
    nameless.as_object_mut().unwrap().remove("iss");
    assert_eq!(graph.query_as(&partner.sign(&partner.header(), &nameless)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(graph.executed(), 0);
}

/// JWT-16, ADV-67: an issuer that cannot be reached costs its own tokens only.
#[tokio::test]
async fn an_outage_of_one_issuer_is_no_outage_of_another() {
    let (builder, partner) = builder();
    let graph = builder.build();
    serve_partner_keys(&graph, Value::Null);
    let token = partner.sign(&partner.header(), &claims(&graph, PARTNER, "graph-of-partners"));
    assert_eq!(graph.query_as(&token).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
}

async fn sent(graph: &Graph, headers: &[(&str, &str)]) -> (u16, String) {
    let reply = graph.post(&json!({ "query": "{ me { name } }" }), headers).await;
    let subject =
        (reply.status == StatusCode::OK).then(|| viewer(graph)["sub"].as_str().unwrap_or("nobody").to_owned());
    (reply.status.as_u16(), subject.unwrap_or_default())
}

/// AS-083: the token is where the settings say and nowhere else; the first place that has one decides.
#[tokio::test]
async fn a_token_stands_where_the_settings_say() {
    let graph = Graph::builder().settings(|settings| {
        settings.authentication.as_mut().unwrap().token_sources = vec![
            TokenSource::Header { name: "authorization".to_owned(), scheme: Some("Bearer".to_owned()) },
            TokenSource::Header { name: "x-access-token".to_owned(), scheme: None },
            TokenSource::Cookie { name: "__Host-access".to_owned() },
        ];
    });
    let graph = graph.build();
    let token = graph.token();
    let bearer = format!("Bearer {token}");
    let cookie = format!("theme=dark; __Host-access={token}; other=1");
    let (ok, anonymous, refused) = ((200, "usr_1".to_owned()), (200, "nobody".to_owned()), (401, String::new()));
    for (headers, expected) in [
        (vec![("authorization", bearer.as_str())], &ok),
        (vec![("x-access-token", token.as_str())], &ok),
        (vec![("cookie", cookie.as_str())], &ok),
        (vec![("cookie", "theme=dark")], &anonymous),
        (vec![("cookie", &format!("access={token}"))], &anonymous),
        // What comes first decides, though another were good.
        (vec![("authorization", "Bearer bad"), ("cookie", cookie.as_str())], &refused),
        (vec![("x-access-token", "bad token"), ("cookie", cookie.as_str())], &refused),
        (vec![("authorization", bearer.as_str()), ("cookie", "__Host-access=bad")], &ok),
        // Whose is it, when there are two?
        (vec![("cookie", &format!("__Host-access={token}; __Host-access={token}"))], &refused),
        (vec![("cookie", &format!("__Host-access={token}")), ("cookie", &format!("__Host-access={token}"))], &refused),
        (vec![("cookie", "__Host-access=")], &refused),
        (vec![("x-access-token", bearer.as_str())], &refused),
    ] {
        assert_eq!(&sent(&graph, &headers).await, expected, "{headers:?}");
    }
}

/// HS-09, AS-024: browsers send cookies along with what other sites' pages ask for; those get nothing for it.
#[tokio::test]
async fn another_sites_page_does_not_act_with_the_viewers_cookie() {
    let graph = Graph::builder().settings(|settings| {
        settings.authentication.as_mut().unwrap().token_sources =
            vec![TokenSource::Cookie { name: "__Host-access".to_owned() }];
    });
    let graph = graph.build();
    let cookie = format!("__Host-access={}", graph.token());
    for (site, expected) in
        [("same-origin", 200), ("none", 200), ("same-site", 401), ("cross-site", 401), ("Same-Origin", 401)]
    {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        assert_eq!(sent(&graph, &headers).await.0, expected, "{site}");
        let got = graph.request("GET", "/graphql?query=%7Bme%7Bname%7D%7D", &headers, "").await;
        assert_eq!(got.status.as_u16(), expected, "{site}");
    }
}

/// A cookie is not looked at unless the settings say so.
#[tokio::test]
async fn cookies_are_not_read_by_default() {
    let graph = Graph::new();
    let cookie = format!("authorization={0}; access_token={0}", graph.token());
    assert_eq!(sent(&graph, &[("cookie", &cookie)]).await, (200, "nobody".to_owned()));
}
