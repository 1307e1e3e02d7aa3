//! What bodies may not do: say more than they are asked, say it twice, or be kept by anybody (AS rows).

use axum::body::Body;
use http::{Request, StatusCode};
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

kit_testing::on_each_database! {
    /// AS-149, AS-098: whoever registers is a mentee whose account is in use, whatever else the body says.
    async fn an_account_is_no_more_than_it_is_asked_for(place: TestDatabase) {
        let house = House::open(place).await;
        let body = json!({
            "name": "Lee", "email": "lee@demo.invalid", "password": PASSWORD, "tokenDelivery": "body",
            "id": "usr_00000000000000000000000001", "roles": ["ADMIN"], "role": "ADMIN", "scope": "admin", "status": "SUSPENDED",
            "handle": "root", "version": 99, "phone": "+821012345678", "emailVerifiedAt": "2026-01-01T00:00:00Z",
            "companyId": "com_00000000000000000000000001", "__proto__": { "roles": ["ADMIN"] },
        });
        let tokens = house.post("/auth/v1/register", &[], body).await;
        assert_eq!(tokens.status, StatusCode::CREATED, "{}", tokens.body);
        let claims = house.claims_of(&tokens);
        assert_eq!((&claims["roles"], &claims["scope"], &claims["ver"]), (&json!(["MENTEE"]), &json!(""), &json!(1)));
        assert_ne!(claims["sub"], "usr_00000000000000000000000001");
        let me = house.graph(&house.viewer_of(&tokens), "{ me { handle status roles phone company { id } } }").await;
        let me = &me["data"]["me"];
        assert_eq!((&me["status"], &me["roles"], &me["phone"], &me["company"]), (&json!("ACTIVE"), &json!(["MENTEE"]), &Value::Null, &Value::Null));
        assert_ne!(me["handle"], "root");
        assert_eq!(house.count("SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL").await, 0);
        house.stop().await;
    }

    /// AS-149: the graph's inputs have no field for what is not one's own to change.
    async fn a_profile_is_no_way_to_roles(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        for (field, value) in [
            ("id", json!("usr_00000000000000000000000001")), ("userId", json!("usr_00000000000000000000000001")),
            ("email", json!("root@demo.invalid")), ("roles", json!(["ADMIN"])), ("status", json!("ACTIVE")),
            ("companyId", json!("com_00000000000000000000000001")), ("avatarUrl", json!("https://evil.example")),
        ] {
            let mut input = json!({ "bio": "me" });
            input[field] = value;
            let reply = house.change(&lee, "updateProfile", "user { id }", input).await;
            assert!(!reply.codes().is_empty() && reply.data("/updateProfile").is_null(), "{field}: {}", reply.body);
        }
        assert_eq!(house.published().await, ["identity.user.registered.v1"]);
        house.stop().await;
    }

    /// AS-001, AS-007: texts that mean something to databases are texts.
    async fn texts_are_no_statements(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        for text in ["' OR '1'='1", "\"; DROP TABLE users; --", "%", "_", "\\", "\u{0}x", "$(id)", "{{7*7}}"] {
            assert_eq!(house.post("/auth/v1/login", &[], json!({ "email": text, "password": text })).await.status, StatusCode::UNAUTHORIZED);
            assert_eq!(house.refresh(text).await.status, StatusCode::UNAUTHORIZED);
            // Beyond what is let try at once.
            house.clock().advance(std::time::Duration::from_secs(16 * 60));
            let changed = house.change(&lee, "updateProfile", "user { bio }", json!({ "bio": text })).await;
            let is_kept = *changed.data("/updateProfile/user/bio") == json!(text);
            assert!(is_kept || !changed.user_error("updateProfile").is_empty(), "{text:?}: {}", changed.body);
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 1);
        house.stop().await;
    }

    /// AS-092, AS-096, AS-097: an administrator ends a session that they find in somebody's history; others do not.
    async fn an_administrator_ends_a_session(place: TestDatabase) {
        let house = House::open(place).await;
        let (admin, park) = (house.admin("root").await, house.person("park").await);
        let lee = house.register("lee").await;
        let query = format!(
            "{{ user(id: \"{}\") {{ loginHistory(first: 1) {{ edges {{ node {{ sessionId }} }} }} }} }}",
            house.claims_of(&lee)["sub"].as_str().unwrap()
        );
        let history = house.ask(&admin, &query).await;
        let path = format!("/auth/v1/sessions/{}", history.text_at("/user/loginHistory/edges/0/node/sessionId"));
        let end = async |viewer: &Viewer| house.send_as(viewer, "DELETE", &path, json!(null)).await.status.as_u16();
        assert_eq!((end(&Viewer::anonymous()).await, end(&park).await), (401, 404));
        assert_eq!(house.refresh(&lee.text("refreshToken")).await.status, StatusCode::OK);
        assert_eq!((end(&admin).await, end(&admin).await), (204, 404));
        assert_eq!(house.refresh(&lee.text("refreshToken")).await.status, StatusCode::UNAUTHORIZED);
        house.stop().await;
    }
}

/// AS-006, AS-151: a member that stands twice means neither.
#[tokio::test]
async fn a_member_that_stands_twice_is_refused() {
    let house = House::open(TestDatabase::sqlite()).await;
    house.register("lee").await;
    for body in [
        format!(r#"{{"email":"nobody@demo.invalid","email":"lee@demo.invalid","password":"{PASSWORD}"}}"#),
        format!(r#"{{"email":"lee@demo.invalid","password":"x","password":"{PASSWORD}"}}"#),
        format!(r#"{{"email":["lee@demo.invalid"],"password":"{PASSWORD}"}}"#),
        format!(r#"{{"email":{{"$ne":""}},"password":"{PASSWORD}"}}"#),
        format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)),
    ] {
        let request = Request::post("/auth/v1/login").header("content-type", "application/json");
        let reply = house.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.text("code").as_str()), (400, "bad-request"), "{body}");
    }
    house.stop().await;
}

/// AS-013 to AS-017, AS-142, AS-139: the cookie is bound to its host, small, and not in the body; nothing is kept.
#[tokio::test]
async fn tokens_are_kept_by_nobody_else() {
    let house = House::open(TestDatabase::sqlite()).await;
    let register = json!({ "name": "Lee", "email": "lee@demo.invalid", "password": PASSWORD });
    let login = json!({ "email": "lee@demo.invalid", "password": PASSWORD });
    for (path, body) in [("/auth/v1/register", register), ("/auth/v1/login", login)] {
        let reply = house.post(path, &[], body).await;
        let cookie = reply.cookie();
        for part in ["__Host-rt=", "; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(cookie.len() <= 4_096 && !cookie.contains("Domain"), "{cookie}");
        assert!(reply.body["refreshToken"].is_null(), "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("content-type"), "application/json");
    }
    house.stop().await;
}

/// AS-025, AS-026, AS-032: what a page of another origin can send unasked changes nothing.
#[tokio::test]
async fn what_needs_no_preflight_is_refused() {
    let house = House::open(TestDatabase::sqlite()).await;
    house.register("lee").await;
    let body = json!({ "email": "lee@demo.invalid", "password": PASSWORD }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        for path in ["/auth/v1/login", "/auth/v1/register", "/auth/v1/password-resets", "/auth/v1/token/refresh"] {
            let request = Request::post(path).header("content-type", content_type);
            let reply = house.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type} {path}");
        }
    }
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"] {
        for path in
            ["/auth/v1/login", "/auth/v1/logout", "/auth/v1/logout-all", "/auth/v1/password", "/auth/v1/token/refresh"]
        {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            assert_eq!(house.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    house.stop().await;
}
