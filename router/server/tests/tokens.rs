//! Access tokens: what is believed, and what is refused with which reason (JWT rows; domain section 4.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, TestReply};

fn assert_unauthenticated(reply: &TestReply, reason: &str, case: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "UNAUTHENTICATED"), "{case}: {reply:?}");
    assert!(reply.message().contains(reason), "{case}: `{reason}` is not in `{}`", reply.message());
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer realm=\"graphql\", error=\"invalid_"), "{case}: {challenge}");
    assert!(challenge.contains(reason), "{case}: {challenge}");
}

/// A sound token but for these members of header and claims; null takes a member away.
fn changed(graph: &Graph, header: &Value, claims: &Value) -> String {
    let merge = |mut whole: Value, change: &Value| {
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(whole.as_object_mut().unwrap().remove(name)),
                value => whole[name] = value.clone(),
            }
        }
        whole
    };
    let header = merge(graph.issuer.header(), header);
    graph.issuer.sign(&header, &merge(Issuer::claims(graph.clock.seconds()), claims))
}

/// P10: who asks reaches the subgraph in the signed header, and only what the token says.
#[tokio::test]
async fn a_sound_token_makes_its_subject_the_viewer() {
    let graph = Graph::new();
    let reply = graph.query_as(&graph.token()).await;
    assert_eq!(reply.json(), json!({ "data": { "me": { "name": "Lee" } } }));
    let request = graph.identity.requests("/graphql").remove(0);
    let viewer: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&request.headers()["x-viewer"]).unwrap()).unwrap();
    assert_eq!(
        viewer,
        json!({
            "act": "router", "sub": "usr_1", "sid": "s1", "roles": ["MENTEE"], "scopes": ["user:read", "course:write"],
            "exp": graph.clock.seconds() + 600,
        })
    );
    assert!(request.headers().get("authorization").is_none());
}

#[tokio::test]
async fn a_request_without_a_token_is_anonymous() {
    let graph = Graph::new();
    assert_eq!(graph.query("{ me { name } }").await.status, StatusCode::OK);
    let request = graph.identity.requests("/graphql").remove(0);
    assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
    assert!(graph.identity.requests("/.well-known/jwks.json").is_empty());
}

/// JWT-01, JWT-10, JWT-15, JWT-17, JWT-18, JWT-20; AS-104, AS-106
#[tokio::test]
async fn headers_that_try_to_choose_how_to_be_verified_are_refused() {
    let graph = Graph::new();
    for (header, reason) in [
        (json!({ "alg": "none" }), "not accepted"),
        (json!({ "alg": "nOnE" }), "not accepted"),
        (json!({ "alg": "" }), "not accepted"),
        (json!({ "alg": null }), "not accepted"),
        (json!({ "alg": "HS256" }), "not accepted"),
        (json!({ "alg": "RS256" }), "not accepted"),
        (json!({ "alg": ["EdDSA"] }), "JOSE header"),
        (json!({ "typ": "JWT" }), "at+jwt"),
        (json!({ "typ": "refresh+jwt" }), "at+jwt"),
        (json!({ "typ": null }), "at+jwt"),
        (json!({ "kid": null }), "kid"),
        (json!({ "kid": "" }), "kid"),
        (json!({ "kid": ["key-1"] }), "JOSE header"),
        (json!({ "kid": "k".repeat(201) }), "kid"),
        (json!({ "kid": "../../dev/null" }), "unknown key"),
        (json!({ "kid": "key-1' OR '1'='1" }), "unknown key"),
        (json!({ "jku": "https://evil.example/keys" }), "jku"),
        (json!({ "jwk": {} }), "jwk"),
        (json!({ "x5u": "https://evil.example/cert" }), "x5u"),
        (json!({ "x5c": [] }), "x5c"),
        (json!({ "crit": ["b64"], "b64": false }), "crit"),
        (json!({ "zip": "DEF" }), "zip"),
        (json!({ "enc": "A128GCM" }), "enc"),
    ] {
        let reply = graph.query_as(&changed(&graph, &header, &json!({}))).await;
        assert_unauthenticated(&reply, reason, &header.to_string());
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-12, JWT-13, JWT-14, JWT-23, JWT-24, JWT-25, JWT-26, JWT-27; AS-107, AS-109, AS-111, AS-113; ADV-44; ADV-75
/// (CVE-2026-25537): a time of the wrong type is not one that is absent.
#[tokio::test]
async fn claims_that_are_wrong_missing_or_of_another_type_are_refused() {
    let graph = Graph::new();
    let now = graph.clock.seconds();
    for (claims, reason) in [
        (json!({ "iss": "https://other.example" }), "(iss)"),
        (json!({ "iss": "https://issuer.example/" }), "(iss)"),
        (json!({ "iss": ["https://issuer.example"] }), "iss, aud"),
        (json!({ "iss": null }), "iss, aud"),
        (json!({ "aud": "other" }), "(aud)"),
        (json!({ "aud": "graph2" }), "(aud)"),
        (json!({ "aud": [] }), "(aud)"),
        (json!({ "aud": ["other"] }), "(aud)"),
        (json!({ "aud": { "0": "graph" } }), "iss, aud"),
        (json!({ "aud": null }), "iss, aud"),
        (json!({ "sub": "" }), "sub or jti"),
        (json!({ "sub": 7 }), "iss, aud"),
        (json!({ "sub": null }), "iss, aud"),
        (json!({ "jti": "" }), "sub or jti"),
        (json!({ "jti": null }), "iss, aud"),
        (json!({ "exp": now - 31 }), "expired"),
        (json!({ "exp": 0 }), "expired"),
        (json!({ "exp": -1 }), "iss, aud"),
        (json!({ "exp": 1.5e9 }), "iss, aud"),
        (json!({ "exp": (now + 60).to_string() }), "iss, aud"),
        (json!({ "exp": null }), "iss, aud"),
        (json!({ "exp": u64::MAX }), "lives longer"),
        (json!({ "exp": now + 3601 }), "lives longer"),
        (json!({ "nbf": now + 31 }), "not valid yet"),
        (json!({ "nbf": "soon" }), "iss, aud"),
        (json!({ "iat": now + 31 }), "not valid yet"),
        (json!({ "iat": null }), "iss, aud"),
        (json!({ "roles": "ADMIN" }), "iss, aud"),
        (json!({ "scope": ["admin"] }), "iss, aud"),
    ] {
        let reply = graph.query_as(&changed(&graph, &json!({}), &claims)).await;
        assert_unauthenticated(&reply, reason, &claims.to_string());
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-14, JWT-23, ADV-44: an audience among several, and clocks that differ by up to the leeway of 30 seconds.
#[tokio::test]
async fn claims_within_their_bounds_are_accepted() {
    let graph = Graph::new();
    let now = graph.clock.seconds();
    for claims in [
        json!({ "aud": ["other", "graph"] }),
        json!({ "exp": now - 29, "iat": now - 600 }),
        json!({ "nbf": now + 30 }),
        json!({ "iat": now + 30 }),
        json!({ "exp": now + 3600 }),
        json!({ "roles": null, "scope": null, "sid": null }),
    ] {
        let reply = graph.query_as(&changed(&graph, &json!({}), &claims)).await;
        assert_eq!(reply.status, StatusCode::OK, "{claims}: {reply:?}");
    }
}

/// JWT-23, RT-19: the leeway of 30 seconds, and not a second more.
#[tokio::test]
async fn a_token_ends() {
    let graph = Graph::new();
    let token = graph.token();
    graph.clock.advance(629);
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    graph.clock.advance(1);
    assert_unauthenticated(&graph.query_as(&token).await, "token has expired", "630 seconds later");
}

/// JWT-03, JWT-06, JWT-36; AS-080, AS-083
#[tokio::test]
async fn a_signature_by_another_key_or_over_other_bytes_is_refused() {
    let graph = Graph::new();
    let token = graph.token();
    let forged = Issuer::new("key-1", 2);
    let other_key = forged.sign(&forged.header(), &Issuer::claims(graph.clock.seconds()));
    assert_unauthenticated(&graph.query_as(&other_key).await, "signature is wrong", "another key");

    let parts: Vec<&str> = token.split('.').collect();
    let admin = URL_SAFE_NO_PAD.encode(json!({ "sub": "admin" }).to_string());
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    for bit in (0..signature.len() * 8).step_by(37) {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let reply = graph.query_as(&format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(flipped))).await;
        assert_unauthenticated(&reply, "signature is wrong", "a flipped bit");
    }
    for (case, token, reason) in [
        ("other claims", format!("{}.{admin}.{}", parts[0], parts[2]), "signature is wrong"),
        ("no signature", format!("{}.{}.", parts[0], parts[1]), "signature is wrong"),
        ("two parts", format!("{}.{}", parts[0], parts[1]), "three parts"),
        ("five parts", format!("{token}.x.y"), "three parts"),
        ("half a signature", token[..token.len() - 43].to_owned(), "token"),
        ("padding", format!("{token}=="), "token"),
        ("not base64url", format!("+{}", &token[1..]), "header is not"),
        ("not JSON", graph.issuer.sign_text("{", "{}"), "JOSE header"),
        ("JSON in an object", r#"{"payload":"e30"}"#.to_owned(), "Bearer"),
    ] {
        assert_unauthenticated(&graph.query_as(&token).await, reason, case);
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-02: the public key, taken as the secret of an HMAC.
#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let graph = Graph::new();
    let public = graph.issuer.public_key();
    let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "typ": "at+jwt", "kid": "key-1" }).to_string());
    let claims = URL_SAFE_NO_PAD.encode(Issuer::claims(graph.clock.seconds()).to_string());
    let signed = format!("{header}.{claims}");
    for secret in [
        public["x"].as_str().unwrap().as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap(),
        public.to_string().into_bytes(),
    ] {
        let key = EncodingKey::from_secret(&secret);
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).unwrap();
        assert_unauthenticated(&graph.query_as(&format!("{signed}.{signature}")).await, "not accepted", "HS256");
    }
}

/// JWT-11
#[tokio::test]
async fn repeated_members_and_broken_text_are_refused() {
    let graph = Graph::new();
    let header = graph.issuer.header().to_string();
    let claims = Issuer::claims(graph.clock.seconds()).to_string();
    for (header, claims) in [
        (format!("{},\"alg\":\"EdDSA\"}}", header.trim_end_matches('}')), claims.clone()),
        (header.clone(), format!("{},\"sub\":\"admin\"}}", claims.trim_end_matches('}'))),
        (format!("\u{feff}{header}"), claims.clone()),
        (header.clone(), format!("\u{feff}{claims}")),
    ] {
        let reply = graph.query_as(&graph.issuer.sign_text(&header, &claims)).await;
        assert_unauthenticated(&reply, "malformed", &claims);
    }
}

/// Domain section 4.1: at most 8 KiB.
#[tokio::test]
async fn a_token_over_the_limit_is_not_looked_at() {
    let graph = Graph::new();
    let token = changed(&graph, &json!({}), &json!({ "padding": "x".repeat(8 * 1024) }));
    assert_unauthenticated(&graph.query_as(&token).await, "longer than 8192 bytes", "oversized");
    assert!(graph.identity.requests("/.well-known/jwks.json").is_empty());
}

/// JWT-30, JWT-31
#[tokio::test]
async fn a_token_is_sent_in_one_way_only() {
    let graph = Graph::new();
    let token = graph.token();
    let body = json!({ "query": "{ me { name } }" });
    for value in [
        "Basic dXNlcjpwYXNz".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token} extra"),
        token.clone(),
    ] {
        let reply = graph.post(&body, &[("authorization", &value)]).await;
        assert_unauthenticated(&reply, "Bearer <token>", &value);
    }
    let bearer = format!("Bearer {token}");
    let twice = graph.post(&body, &[("authorization", &bearer), ("authorization", &bearer)]).await;
    assert_unauthenticated(&twice, "once", "two headers");
    assert_eq!(graph.post(&body, &[("authorization", &format!("bearer {token}"))]).await.status, StatusCode::OK);

    let elsewhere = format!("/graphql?query=%7Bme%7Bname%7D%7D&access_token={token}");
    graph.request("GET", &elsewhere, &[("cookie", &format!("access_token={token}"))], "").await;
    assert_eq!(graph.identity.requests("/graphql").last().unwrap().headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
}

/// A router that knows no issuer takes nobody's word.
#[tokio::test]
async fn without_an_issuer_every_token_is_refused() {
    let graph = Graph::builder().settings(|settings| settings.authentication = None).build();
    assert_unauthenticated(&graph.query_as(&graph.token()).await, "accepts no tokens", "no issuer");
    assert_eq!(graph.query("{ me { name } }").await.status, StatusCode::OK);
}
