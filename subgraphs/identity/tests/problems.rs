//! What the sign-in surface refuses, as problems (domain 4, 4.2; RFC 9457).

use axum::body::Body;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use kit_testing::TestDatabase;
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

const REGISTER: &str = "/auth/v1/register";

kit_testing::on_each_database! {
    /// Domain 4.2, AS-162, AS-163: each failure has its status, its code and the field at fault, and opens no account.
    async fn what_cannot_be_an_account_is_refused_for_its_reason(place: TestDatabase) {
        let house = House::open(place).await;
        let account = |name: &str, email: &str, password: &str| json!({ "name": name, "email": email, "password": password });
        let cases = [
            (account("Lee", "lee@demo.invalid", "short"), 422, "weak-password", "/password"),
            (account("Lee", "lee@demo.invalid", "password1234"), 422, "weak-password", "/password"),
            (account("Lee", "lee@demo.invalid", "my name is lee"), 422, "weak-password", "/password"),
            (account("Lee", "no address", PASSWORD), 400, "invalid-email", "/email"),
            (account("", "lee@demo.invalid", PASSWORD), 400, "invalid-name", "/name"),
        ];
        for (body, status, code, pointer) in cases {
            let reply = house.post(REGISTER, &[], body.clone()).await;
            assert_eq!((reply.status.as_u16(), reply.text("code").as_str()), (status, code), "{body}: {}", reply.body);
            assert_eq!(reply.header("content-type"), "application/problem+json");
            assert_eq!(reply.header("cache-control"), "no-store");
            assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{}", reply.body);
            for member in ["type", "title", "detail"] {
                assert!(!reply.text(member).is_empty(), "{member} in {}", reply.body);
            }
            assert!(reply.text("type").starts_with("/problems/"));
            // A secret that was sent is never sent back.
            assert!(!reply.body.to_string().contains(body["password"].as_str().unwrap()), "{}", reply.body);
        }
        assert_eq!(house.published().await, Vec::<String>::new());
        house.stop().await;
    }

    /// Domain 4.2: 403 for a suspended account, and only for who knows its password.
    async fn a_suspended_account_is_told_so_by_its_password_alone(place: TestDatabase) {
        let house = House::open(place).await;
        let refresh = house.register("lee").await.text("refreshToken");
        house.database().query("UPDATE users SET status = 'SUSPENDED'").execute().await.unwrap();
        let refused = house.login("lee", PASSWORD).await;
        assert_eq!((refused.status, refused.text("code").as_str()), (StatusCode::FORBIDDEN, "suspended"));
        let guessed = house.login("lee", "not the password").await;
        assert_eq!((guessed.status, guessed.text("code").as_str()), (StatusCode::UNAUTHORIZED, "invalid-credentials"));
        assert_eq!(house.refresh(&refresh).await.status, StatusCode::UNAUTHORIZED);
        house.stop().await;
    }
}

/// HX, domain 4, AS-046: bodies that are no JSON object of the fields expected, of another type or too large.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem() {
    let house = House::open(TestDatabase::sqlite()).await;
    let send = async |content_type: &str, body: String| {
        let request = Request::post(REGISTER).header(CONTENT_TYPE, content_type).header(HOST, "lyceum.example");
        house.send(request.body(Body::from(body)).unwrap()).await
    };
    let account = json!({ "name": "Lee", "email": "lee@demo.invalid", "password": PASSWORD });
    let cases = [
        ("application/json", "{".to_owned(), 400),
        ("application/json", "[]".to_owned(), 400),
        ("application/json", json!({ "name": 1 }).to_string(), 400),
        ("text/plain", account.to_string(), 415),
        ("application/json", json!({ "name": "x".repeat(70_000) }).to_string(), 413),
    ];
    for (content_type, body, status) in cases {
        let shown: String = body.chars().take(60).collect();
        let reply = send(content_type, body).await;
        assert_eq!(reply.status.as_u16(), status, "{shown}: {}", reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{shown}");
    }
    let wrong_method = house.send(Request::get(REGISTER).body(Body::empty()).unwrap()).await;
    assert_eq!((wrong_method.status.as_u16(), wrong_method.header("allow")), (405, "POST"));
    assert_eq!(wrong_method.text("title"), "Method not allowed");
    assert_eq!(house.published().await, Vec::<String>::new());
    house.stop().await;
}

/// The keys with which everybody's tokens are signed are for the owner of the process alone.
#[cfg(unix)]
#[tokio::test]
async fn the_keys_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::open(TestDatabase::sqlite()).await;
    let file = house.folder().join("identity.keys.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");
    // It holds two secrets and nothing readable.
    let keys: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(keys.as_object().unwrap().len(), 2);
    house.stop().await;
}
