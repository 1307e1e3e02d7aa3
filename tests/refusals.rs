//! Bad input gets a precise error in the shape that GraphQL over HTTP asks for, and the process stays healthy.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use crate::product::{Client, Product, Shape, in_both_shapes};

/// Whether the product still answers.
async fn is_healthy(product: &Product) -> bool {
    Client::new(&product.ops_url).get("/health/live").await.status == 200
        && product.client().query("{ __typename }").await.data()["__typename"] == "Query"
}

/// A token with sound claims, signed by a key that identity does not have.
fn token_of_another_key(key_id: Option<&str>) -> String {
    // An Ed25519 private key in PKCS #8, made for this test.
    const ANOTHER_KEY: &[u8] = &[
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    ];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = Header { typ: Some("at+jwt".into()), kid: key_id.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    let claims = json!({ "iss": "https://lyceum.example", "aud": "lyceum", "sub": "usr_01jb0000000000000000000000", "iat": now, "exp": now + 600, "jti": "1", "sid": "1", "roles": ["ADMIN"], "scopes": ["admin"] });
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(ANOTHER_KEY)).expect("the test's key signs")
}

/// OW-13: the platform's own settings stop an address that guesses at tokens. Who comes without one is served.
#[tokio::test]
async fn who_sends_nothing_but_bad_tokens_has_to_wait() {
    let product = tokio::task::spawn_blocking(|| Product::start(Shape::OneProcess)).await.unwrap();
    let guessing = product.client().with_token("not.a.token");
    let mut refused = 0;
    loop {
        let reply = guessing.query("{ __typename }").await;
        if reply.status == 429 {
            assert_eq!(reply.code(), "RATE_LIMITED", "{reply:#?}");
            break;
        }
        assert_eq!(reply.status, 401, "{reply:#?}");
        refused += 1;
        assert!(refused < 2_000, "nobody is stopped");
    }
    assert!(refused >= 60, "{refused}: those who share an address have 60 in vain");
    assert!(is_healthy(&product).await);
}

in_both_shapes! {
    /// JWT: a token that is none.
    async fn a_malformed_token_is_refused(product: &Product) {
        let reply = product.client().with_token("not.a.token").query("{ __typename }").await;
        assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{reply:#?}");
        assert!(reply.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        assert!(is_healthy(product).await);
    }

    /// JWT: a token whose payload was changed after signing.
    async fn a_changed_token_is_refused(product: &Product) {
        let client = product.signed_in("learner_lee").await;
        let token = client.token().to_owned();
        let (head, signature) = token.rsplit_once('.').unwrap();
        let reversed: String = signature.chars().rev().collect();
        let reply = client.with_token(format!("{head}.{reversed}")).query("{ me { id } }").await;
        assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{reply:#?}");
    }

    /// JWT: sound claims, but another key; also under a key id that identity has.
    async fn a_token_signed_by_another_key_is_refused(product: &Product) {
        let keys = product.client().get("/.well-known/jwks.json").await;
        let known = keys.at("/keys/0/kid").as_str().unwrap();
        for key_id in [Some(known), Some("another"), None] {
            let reply = product.client().with_token(token_of_another_key(key_id)).query("{ me { id } }").await;
            assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{key_id:?}: {reply:#?}");
        }
    }

    /// GOH: a body that is not JSON, with where it stops being that.
    async fn malformed_json_is_refused(product: &Product) {
        let reply = product.client().post_bytes("/graphql", "application/json", "{\"query\": \"{ me").await;
        assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"), "{reply:#?}");
        assert!(reply.at("/errors/0/message").as_str().unwrap().contains("line 1"), "{reply:#?}");
        assert!(is_healthy(product).await);
    }

    /// OW: a field that the schema lacks, with where it stands in the operation.
    async fn an_unknown_field_is_refused(product: &Product) {
        let reply = product.client().query("{ courses(first: 1) { totalCount nonsense } }").await;
        assert_eq!(reply.at("/data"), &serde_json::Value::Null);
        assert!(reply.at("/errors/0/message").as_str().unwrap().contains("nonsense"), "{reply:#?}");
        assert_eq!(reply.at("/errors/0/locations/0"), &json!({ "line": 1, "column": 34 }));
    }

    /// AMP: a body over the limit is refused before it is read to its end.
    async fn a_body_of_one_mebibyte_is_refused(product: &Product) {
        let padding = "x".repeat(1024 * 1024);
        let reply = product.client().post("/graphql", &json!({ "query": "{ __typename }", "variables": { "padding": padding } })).await;
        assert_eq!(reply.status, 413, "{reply:#?}");
        assert!(is_healthy(product).await);
    }

    /// AMP, 4.4: nesting is bounded, whatever the nesting is made of.
    async fn a_query_ten_thousand_levels_deep_is_refused(product: &Product) {
        let deep = 10_000;
        let nested = format!("{}id{}", "{ me ".repeat(deep), "}".repeat(deep));
        let lists = format!("{{ courses(first: {}1{}) {{ totalCount }} }}", "[".repeat(deep), "]".repeat(deep));
        for query in [nested, lists] {
            let reply = product.client().query(&query).await;
            assert!((400..500).contains(&reply.status) || reply.status == 200, "{reply:#?}");
            assert_eq!(reply.at("/data"), &serde_json::Value::Null);
            assert!(reply.at("/errors/0/message").is_string(), "{reply:#?}");
        }
        assert!(is_healthy(product).await);
    }

    /// P10: what only the router may say is not taken from a client.
    async fn a_viewer_header_from_outside_is_ignored(product: &Product) {
        let claims = "eyJhY3QiOiJyb3V0ZXIiLCJzdWIiOiJ1c3JfMDFqYjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAiLCJzY29wZXMiOlsiYWRtaW4iXX0";
        let reply = reqwest::Client::new()
            .post(format!("{}/graphql", product.url))
            .header("x-viewer", claims)
            .header("x-viewer-sig", "v1;kid=k1;t=1790000000000;sig=AAAA")
            .json_body(&json!({ "query": "{ me { id } }" }))
            .send()
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(body["data"]["me"], serde_json::Value::Null, "{body:#?}");
    }
}

/// reqwest without its JSON feature.
trait JsonBody {
    fn json_body(self, body: &serde_json::Value) -> Self;
}

impl JsonBody for reqwest::RequestBuilder {
    fn json_body(self, body: &serde_json::Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }
}
