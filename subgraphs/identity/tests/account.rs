//! Signing up, in and out.

use std::time::Duration;

use http::StatusCode;
use http::header::LOCATION;
use kit_testing::TestDatabase;
use serde_json::json;

use crate::house::{AccountReply, House, PASSWORD};

kit_testing::on_each_database! {
    /// domain 4.2: 201 with Location and tokens; the same address again is refused; the event tells of it once.
    async fn an_address_opens_one_account(place: TestDatabase) {
        let house = House::open(place).await;
        let reply = house.register("lee").await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        assert!(reply.headers[LOCATION].to_str().unwrap().starts_with("/users/usr_"));
        assert_eq!((&reply.body["tokenType"], &reply.body["expiresIn"]), (&json!("Bearer"), &json!(600)));

        let again = house.register("LEE").await;
        assert_eq!((again.status, again.text("code").as_str()), (StatusCode::CONFLICT, "email-taken"));
        assert_eq!(house.published().await, ["identity.user.registered.v1"]);
        house.stop().await;
    }

    /// domain 3.1: a wrong password and an unknown account are refused alike; the sixth attempt must wait.
    async fn guessing_is_refused_and_slowed_down(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let unknown = house.login("nobody", PASSWORD).await;
        for _ in 0..5 {
            let wrong = house.login("lee", "not the password").await;
            assert_eq!((wrong.status, wrong.text("detail")), (StatusCode::UNAUTHORIZED, unknown.text("detail")));
        }
        let slowed = house.login("lee", PASSWORD).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slowed.headers["retry-after"], "31");
        house.clock().advance(Duration::from_secs(31));
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::OK);
        house.stop().await;
    }

    /// domain 4.1: rotation on every use; a used token ends the session, and its successors with it.
    async fn a_used_refresh_token_ends_its_session(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await.text("refreshToken");
        let second = house.refresh(&first).await.text("refreshToken");
        let third = house.refresh(&second).await.text("refreshToken");

        let reused = house.refresh(&first).await;
        assert_eq!((reused.status, reused.text("code").as_str()), (StatusCode::UNAUTHORIZED, "refresh-token-reused"));
        assert_eq!(house.refresh(&third).await.text("code"), "refresh-token-invalid");
        assert_eq!(house.published().await, ["identity.user.registered.v1", "identity.session.revoked.v1"]);
        house.stop().await;
    }

    /// domain 4.1: within ten seconds the same successor is given again, and later no more.
    async fn a_lost_answer_is_given_again_for_ten_seconds(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await.text("refreshToken");
        let second = house.refresh(&first).await.text("refreshToken");
        house.clock().advance(Duration::from_secs(10));
        assert_eq!(house.refresh(&first).await.text("refreshToken"), second);
        house.clock().advance(Duration::from_millis(1));
        assert_eq!(house.refresh(&first).await.text("code"), "refresh-token-reused");
        house.stop().await;
    }

    /// domain 4.1: after signing out nothing of the session is left.
    async fn signing_out_ends_the_session(place: TestDatabase) {
        let house = House::open(place).await;
        let token = house.register("lee").await.text("refreshToken");
        let reply = house.post("/auth/v1/logout", &[], json!({ "refreshToken": token })).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
        assert_eq!(house.refresh(&token).await.text("code"), "refresh-token-invalid");
        assert_eq!(house.post("/auth/v1/logout", &[], json!({})).await.status, StatusCode::UNAUTHORIZED);
        house.stop().await;
    }
}

/// domain 4.1: the cookie is bound to its host, and taken only from a page of this site.
#[tokio::test]
async fn the_cookie_is_taken_only_from_our_own_pages() {
    let house = House::open(TestDatabase::sqlite()).await;
    let body = json!({ "name": "Lee", "email": "lee@demo.invalid", "password": PASSWORD });
    let cookie = house.post("/auth/v1/register", &[], body).await.cookie();
    assert!(cookie.starts_with("__Host-rt=") && cookie.contains("; Path=/;"), "{cookie}");
    assert!(cookie.ends_with("HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let from = |origin| [("cookie", cookie), ("x-requested-with", "fetch"), ("origin", origin)];
    let foreign = house.post("/auth/v1/token/refresh", &from("https://evil.example"), json!({})).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let own = house.post("/auth/v1/token/refresh", &from("https://lyceum.example"), json!({})).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.body);
    assert!(own.body["refreshToken"].is_null() && own.cookie() != cookie);
    house.stop().await;
}

/// domain 4.1: the published key verifies the access token (RFC 9068).
#[tokio::test]
async fn an_access_token_is_signed_with_the_published_key() {
    let house = House::open(TestDatabase::sqlite()).await;
    let token = house.register("lee").await.text("accessToken");
    let request = http::Request::get("/.well-known/jwks.json").body(axum::body::Body::empty()).unwrap();
    let keys = house.send(request).await;
    assert_eq!(keys.headers["cache-control"], "public, max-age=300");

    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(header.kid.as_deref(), keys.body["keys"][0]["kid"].as_str());
    let key = jsonwebtoken::DecodingKey::from_ed_components(keys.body["keys"][0]["x"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["lyceum"]);
    validation.set_issuer(&["https://lyceum.example"]);
    // The test's own clock made it.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!((&claims["roles"], &claims["scope"]), (&json!(["MENTEE"]), &json!("")));
    assert!(claims["sid"].as_str().unwrap().starts_with("ses_"));
    house.stop().await;
}
