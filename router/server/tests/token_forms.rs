//! Access tokens in other forms, with other keys and for other purposes than ours (JWT rows; RFC 8725).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use router_server::configuration::SignatureAlgorithm;
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, TestReply, reply};

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn assert_refused(reply: &TestReply, case: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "UNAUTHENTICATED"), "{case}: {reply:?}");
}

/// A router that accepts these algorithms, and an issuer that serves these keys.
fn graph_with(algorithms: Vec<SignatureAlgorithm>, keys: &[Value]) -> Graph {
    let accept = |settings: &mut router_server::RouterSettings| {
        settings.authentication.as_mut().unwrap().issuers[0].algorithms = algorithms;
    };
    let graph = Graph::builder().settings(accept).build();
    let set = json!({ "keys": keys });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &set),
        _ => reply(200, &json!({ "data": { "me": { "name": "Lee" } } })),
    });
    graph
}

/// The public key of RFC 7515, appendix A.3.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "key-1", "use": "sig", "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

/// JWT-04, AS-105, AS-123: what is accepted stands in the settings; a sound token of another algorithm is refused.
#[tokio::test]
async fn the_settings_choose_the_algorithm() {
    let graph = graph_with(vec![SignatureAlgorithm::ES256], &[p256(), Issuer::new("key-2", 1).public_key()]);
    let issuer = Issuer::new("key-2", 1);
    let token = issuer.sign(&issuer.header(), &Issuer::claims(graph.clock.seconds()));
    let refused = graph.query_as(&token).await;
    assert_refused(&refused, "EdDSA");
    assert!(refused.message().contains("not accepted"), "{}", refused.message());
}

/// JWT-05: keys that are too short, or on another curve, are as if they were not there.
#[tokio::test]
async fn weak_keys_are_not_used() {
    let short = json!({
        "kty": "RSA", "kid": "key-1", "use": "sig", "alg": "RS256", "e": "AQAB",
        "n": URL_SAFE_NO_PAD.encode([0xc5; 128]),
    });
    let mut other_curve = p256();
    other_curve["crv"] = json!("P-384");
    other_curve["alg"] = json!("ES384");
    let secret = json!({ "kty": "oct", "kid": "key-1", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode([1; 8]) });
    let all = vec![SignatureAlgorithm::RS256, SignatureAlgorithm::ES256, SignatureAlgorithm::EdDSA];
    for key in [short, other_curve, secret] {
        let graph = graph_with(all.clone(), std::slice::from_ref(&key));
        assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::SERVICE_UNAVAILABLE, "{key}");
        assert_eq!(graph.executed(), 0);
    }
}

/// JWT-07 (CVE-2022-21449): no signature of zeros, and none in DER.
#[tokio::test]
async fn empty_ecdsa_signatures_are_refused() {
    let graph = graph_with(vec![SignatureAlgorithm::ES256], &[p256()]);
    let header = encoded(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "key-1" }));
    let claims = encoded(&Issuer::claims(graph.clock.seconds()));
    let der_of_zeros = [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    for signature in [vec![0; 64], der_of_zeros.to_vec(), vec![0xff; 64], vec![0; 63], vec![0; 65], vec![0]] {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        assert_refused(&graph.query_as(&format!("{header}.{claims}.{signature}")).await, &signature);
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-08, JWT-10, JWT-22: encrypted tokens are not read at all, whatever work their headers ask for.
#[tokio::test]
async fn encrypted_tokens_are_refused_without_work() {
    let graph = Graph::new();
    let begun = std::time::Instant::now();
    for header in [
        json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "typ": "at+jwt", "kid": "key-1", "p2c": 2_147_483_647, "p2s": "x" }),
        json!({ "alg": "PBES2-HS256+A128KW", "typ": "at+jwt", "kid": "key-1", "p2c": 2_147_483_647, "p2s": "x" }),
        json!({ "alg": "ECDH-ES", "enc": "A128GCM", "typ": "at+jwt", "kid": "key-1", "epk": { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" } }),
        json!({ "alg": "ECDH-ES", "typ": "at+jwt", "kid": "key-1", "epk": { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" } }),
        json!({ "alg": "dir", "enc": "A128GCM", "zip": "DEF", "typ": "at+jwt", "kid": "key-1" }),
    ] {
        let header = encoded(&header);
        for token in [format!("{header}.AA.AA"), format!("{header}.AA.AA.AA.AA"), format!("{header}..AA.AA.AA")] {
            assert_refused(&graph.query_as(&token).await, &token);
        }
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(30));
    assert!(graph.identity.requests("/.well-known/jwks.json").is_empty(), "no key was looked for");
}

/// JWT-09: there is no way to configure a shared secret, and the secret of signed requests has 32 bytes at least.
#[test]
fn shared_secrets_are_no_keys_of_tokens() {
    for name in ["HS256", "HS384", "HS512", "none", "RS1"] {
        assert!(serde_json::from_value::<SignatureAlgorithm>(json!(name)).is_err(), "{name}");
    }
    for length in [0, 8, 31] {
        assert!(router_server::RequestSigner::new("k1", vec![7; length].into()).is_err(), "{length} bytes");
    }
    assert!(router_server::RequestSigner::new("k1", vec![7; 32].into()).is_ok());
}

/// JWT-19, AS-084, AS-108: what was given for something else is no access token.
#[tokio::test]
async fn tokens_for_other_purposes_are_refused() {
    let graph = Graph::new();
    let claims = Issuer::claims(graph.clock.seconds());
    let typed = |typ: &str| {
        let mut header = graph.issuer.header();
        header["typ"] = json!(typ);
        graph.issuer.sign(&header, &claims)
    };
    let viewer = encoded(&json!({ "act": "media", "sub": "usr_1" }));
    for (case, token) in [
        ("a refresh token", URL_SAFE_NO_PAD.encode([7; 32])),
        ("a refresh token that is a JWT", typed("refresh+jwt")),
        ("an id token", typed("id+jwt")),
        ("a logout token", typed("logout+jwt")),
        ("a ticket of a file", format!("exp=1790000600&sig={}", URL_SAFE_NO_PAD.encode([7; 32]))),
        ("the header of a signed request", viewer),
    ] {
        assert_refused(&graph.query_as(&token).await, case);
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-21: compact serialisation alone; not JSON, not flattened, not with its payload elsewhere.
#[tokio::test]
async fn other_serialisations_are_refused() {
    let graph = Graph::new();
    let token = graph.token();
    let parts: Vec<&str> = token.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let general = json!({ "payload": claims, "signatures": [{ "protected": header, "signature": signature }] });
    let flattened = json!({ "protected": header, "payload": claims, "signature": signature });
    for form in [
        general.to_string(),
        flattened.to_string(),
        encoded(&flattened),
        format!("{header}..{signature}"),
        format!("{header}.{}.{signature}", claims.replace('_', "-")),
        format!(".{claims}.{signature}"),
    ] {
        if form != token {
            assert_refused(&graph.query_as(&form).await, &form);
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// JWT-29, AS-112: scopes are separated by single blanks and are taken to the letter; none is made of another.
#[tokio::test]
async fn scopes_are_taken_to_the_letter() {
    let graph = Graph::new();
    for (scope, expected) in [
        ("admin user:read", json!(["admin", "user:read"])),
        ("ADMIN Admin", json!(["ADMIN", "Admin"])),
        ("\u{430}dmin", json!(["\u{430}dmin"])),
        ("admin\tuser:read", json!(["admin\tuser:read"])),
        ("admin,user:read", json!(["admin,user:read"])),
        ("  admin  ", json!(["admin"])),
        ("admin\u{a0}x", json!(["admin\u{a0}x"])),
    ] {
        let mut claims = Issuer::claims(graph.clock.seconds());
        claims["scope"] = json!(scope);
        let token = graph.issuer.sign(&graph.issuer.header(), &claims);
        assert_eq!(graph.query_as(&token).await.status, StatusCode::OK, "{scope:?}");
        let request = graph.identity.requests("/graphql").pop().unwrap();
        let viewer = URL_SAFE_NO_PAD.decode(&request.headers()["x-viewer"]).unwrap();
        let viewer: Value = serde_json::from_slice(&viewer).unwrap();
        assert_eq!(viewer["scopes"], expected, "{scope:?}");
    }
}

/// JWT-32: base64url as RFC 7515 has it; not padded, not of the other alphabet, and without a second spelling.
#[tokio::test]
async fn each_token_has_one_spelling() {
    let graph = Graph::new();
    let token = graph.token();
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    // 64 bytes leave four bits of the last letter unused, which must be zero.
    let last = parts[2].chars().last().unwrap();
    assert!("AQgw".contains(last));
    let with_trailing_bits = format!("{}{}", &parts[2][..85], char::from(last as u8 + 1));
    let mut forms = vec![[parts[0].clone(), parts[1].clone(), with_trailing_bits]];
    for place in 0..3 {
        for change in ["=", "==", "%3D", "+", "/", "A"] {
            let mut form = [parts[0].clone(), parts[1].clone(), parts[2].clone()];
            form[place] += change;
            forms.push(form);
        }
    }
    for form in forms {
        assert_refused(&graph.query_as(&form.join(".")).await, &form.join("."));
    }
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    assert_eq!(graph.executed(), 1);
}
