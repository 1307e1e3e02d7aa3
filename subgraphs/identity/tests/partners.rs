//! Tokens for partners' programs (domain 4.2, RFC 6749 section 4.4, RFC 8414).

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use kit_testing::{Reply, TestDatabase};
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const CLIENT: (&str, &str) = ("client_id", "acme");
const SECRET: (&str, &str) = ("client_secret", PASSWORD);

/// Credentials of the header, parameters, and what they are answered with.
type Case<'c> = (Option<&'c str>, &'c [(&'c str, &'c str)], u16, &'c str);

async fn house(place: TestDatabase) -> House {
    let house = House::open(place).await;
    house.partner("acme").await;
    house
}

/// Status and `error` of a refusal, which is not to be stored, and explains itself.
fn refusal(reply: &Reply) -> (u16, &str) {
    assert_eq!(
        (reply.header("cache-control"), reply.header("content-type")),
        ("no-store", "application/json"),
        "{}",
        reply.body
    );
    assert!(!reply.text("error_description").is_empty());
    (reply.status.as_u16(), reply.body["error"].as_str().unwrap_or_default())
}

kit_testing::on_each_database! {
    /// RFC 6749 sections 2.3.1, 4.4.3 and 5.1: by header or by form, a token of ten minutes and nothing to refresh it with.
    async fn a_program_gets_a_token_in_its_own_name(place: TestDatabase) {
        let house = house(place).await;
        let encoded = format!("acme:{}", PASSWORD.replace(' ', "+"));
        let replies = [
            house.partner_token(Some(&encoded), &[GRANT]).await,
            house.partner_token(Some(&encoded), &[GRANT, CLIENT, ("scope", "partner:read")]).await,
            house.partner_token(None, &[GRANT, CLIENT, SECRET]).await,
            house.partner_token(None, &[SECRET, ("scope", ""), CLIENT, ("resource", "ignored"), GRANT]).await,
        ];
        let mut tokens = Vec::new();
        for reply in &replies {
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            assert_eq!((reply.header("cache-control"), reply.header("pragma")), ("no-store", "no-cache"));
            let members: Vec<&String> = reply.body.as_object().unwrap().keys().collect();
            assert_eq!(members, ["access_token", "token_type", "expires_in", "scope"]);
            assert_eq!((&reply.body["token_type"], &reply.body["expires_in"]), (&json!("Bearer"), &json!(600)));
            let claims = house.claims_of(reply);
            let expected = json!({
                "iss": "https://lyceum.example", "aud": "lyceum", "sub": "acme", "client_id": "acme", "roles": ["PARTNER"],
                "scope": "partner:read", "contract": "partner", "operations_per_second": 20, "cost_per_minute": 100_000, "iat": 1_780_272_000, "exp": 1_780_272_600, "jti": claims["jti"],
            });
            assert_eq!(claims, expected);
            tokens.push(claims["jti"].as_str().unwrap().to_owned());
        }
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), replies.len(), "each token is another one");
        let header = jsonwebtoken::decode_header(replies[0].text("access_token")).unwrap();
        assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), jsonwebtoken::Algorithm::EdDSA));
        house.stop().await;
    }

    /// RFC 6749 section 5.2: what is wrong with a request, and 401 with a challenge for whoever cannot say who they are.
    async fn each_refusal_has_its_error(place: TestDatabase) {
        let house = house(place).await;
        let right = format!("acme:{}", PASSWORD.replace(' ', "%20"));
        let cases: [Case<'_>; 17] = [
            (Some(&right), &[], 400, "invalid_request"),
            (Some(&right), &[("grant_type", "")], 400, "invalid_request"),
            (Some(&right), &[GRANT, GRANT], 400, "invalid_request"),
            (Some(&right), &[GRANT, ("scope", "a"), ("scope", "b")], 400, "invalid_request"),
            (Some(&right), &[GRANT, CLIENT, SECRET], 400, "invalid_request"),
            (Some(&right), &[GRANT, ("client_id", "other")], 400, "invalid_request"),
            (Some(&right), &[("grant_type", "password")], 400, "unsupported_grant_type"),
            (Some(&right), &[("grant_type", "refresh_token")], 400, "unsupported_grant_type"),
            (Some(&right), &[GRANT, ("scope", "admin")], 400, "invalid_scope"),
            (Some(&right), &[GRANT, ("scope", "partner:read admin")], 400, "invalid_scope"),
            (Some(&right), &[GRANT, ("scope", "nonsense")], 400, "invalid_scope"),
            (None, &[GRANT], 401, "invalid_client"),
            (None, &[GRANT, CLIENT], 401, "invalid_client"),
            (None, &[GRANT, CLIENT, ("client_secret", "not the secret")], 401, "invalid_client"),
            (None, &[GRANT, ("client_id", "nobody"), SECRET], 401, "invalid_client"),
            (Some("acme"), &[GRANT], 401, "invalid_client"),
            (Some("acme:%zz"), &[GRANT], 401, "invalid_client"),
        ];
        for (basic, parameters, status, error) in cases {
            let reply = house.partner_token(basic, parameters).await;
            assert_eq!(refusal(&reply), (status, error), "{parameters:?}: {}", reply.body);
            let challenge = reply.header("www-authenticate");
            assert_eq!(challenge.starts_with("Basic realm="), status == 401, "{parameters:?}: {challenge}");
        }
        house.stop().await;
    }

    /// AS-073, RT-21: an unknown client and a wrong secret look the same; guessing is slowed down.
    async fn guessing_secrets_is_refused_alike_and_slowed_down(place: TestDatabase) {
        let house = house(place).await;
        let wrong = ("client_secret", "not the secret");
        let unknown = house.partner_token(None, &[GRANT, ("client_id", "nobody"), wrong]).await;
        for _ in 0..5 {
            let known = house.partner_token(None, &[GRANT, CLIENT, wrong]).await;
            assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
        }
        let slowed = house.partner_token(None, &[GRANT, CLIENT, SECRET]).await;
        assert_eq!(refusal(&slowed), (429, "temporarily_unavailable"));
        assert_eq!(slowed.header("retry-after"), "31");
        house.clock().advance(std::time::Duration::from_secs(31));
        assert_eq!(house.partner_token(None, &[GRANT, CLIENT, SECRET]).await.status, StatusCode::OK);
        house.stop().await;
    }
}

/// RFC 6749 appendix B, section 3.2: forms only, well-formed ones, and no second credentials.
#[tokio::test]
async fn what_is_no_form_is_refused() {
    let house = house(TestDatabase::sqlite()).await;
    let send = async |content_type: &str, authorization: &[&str], body: &'static str| {
        let mut request = Request::post("/auth/v1/partner/token").header(CONTENT_TYPE, content_type);
        for value in authorization {
            request = request.header("authorization", *value);
        }
        house.send(request.body(Body::from(body)).unwrap()).await
    };
    let form = "application/x-www-form-urlencoded";
    let right = "grant_type=client_credentials&client_id=acme&client_secret=correct+horse+battery";
    assert_eq!(send("Application/x-www-form-urlencoded; charset=UTF-8", &[], right).await.status, StatusCode::OK);
    for (content_type, body) in [
        ("application/json", r#"{"grant_type":"client_credentials"}"#),
        ("text/plain", right),
        ("", right),
        (form, "grant_type=%zz"),
        (form, "grant_type=%ff"),
    ] {
        assert_eq!(refusal(&send(content_type, &[], body).await), (400, "invalid_request"), "{content_type} {body}");
    }
    for authorization in [&["Bearer token"][..], &["Basic"], &["Basic !"], &["Basic YTpi", "Basic YTpi"]] {
        assert_eq!(refusal(&send(form, authorization, right).await), (401, "invalid_client"), "{authorization:?}");
    }
    let get = house.send(Request::get("/auth/v1/partner/token").body(Body::empty()).unwrap()).await;
    assert_eq!((get.status, get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    house.stop().await;
}

/// RFC 8414: the metadata names the issuer of the tokens and where everything is.
#[tokio::test]
async fn programs_find_the_endpoint_by_themselves() {
    let house = house(TestDatabase::sqlite()).await;
    let request = Request::get("/.well-known/oauth-authorization-server").body(Body::empty()).unwrap();
    let reply = house.send(request).await;
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
    let token = house.partner_token(None, &[GRANT, CLIENT, SECRET]).await;
    assert_eq!(reply.body["issuer"], house.claims_of(&token)["iss"]);
    for (member, path) in [("token_endpoint", "/auth/v1/partner/token"), ("jwks_uri", "/.well-known/jwks.json")] {
        assert_eq!(reply.text(member), format!("https://lyceum.example{path}"));
    }
    assert_eq!(reply.body["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(reply.body["response_types_supported"], Value::Array(Vec::new()));
    assert_eq!(reply.body["scopes_supported"], json!(["partner:read"]));
    house.stop().await;
}
