//! Secrets: what is stored, written and shown of them, which is nothing (RT-10, RT-27, RT-28; AS-077, AS-157).

use axum::body::Body;
use http::{Request, StatusCode};
use identity::SUBGRAPH;
use kit_testing::TestDatabase;
use kit_viewer::{Client, Viewer};
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD, from};
use crate::watching::Watch;

const OTHER_PASSWORD: &str = "staple battery horse";

/// Signs in, refreshes, changes the password and fails at each, and returns every secret that was about.
async fn live(house: &House) -> Vec<String> {
    let first = house.register("lee").await;
    let second = house.refresh(&first.text("refreshToken")).await;
    let viewer = house.viewer_of(&second);
    let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    assert_eq!(house.send_as(&viewer, "POST", "/auth/v1/password", body).await.status, StatusCode::NO_CONTENT);
    house.login("lee", PASSWORD).await;
    let third = house.login("lee", OTHER_PASSWORD).await;
    house.clock().advance(std::time::Duration::from_secs(11));
    house.refresh(&first.text("refreshToken")).await;
    house.partner("acme").await;
    house
        .partner_token(
            None,
            &[("grant_type", "client_credentials"), ("client_id", "acme"), ("client_secret", PASSWORD)],
        )
        .await;
    let mut secrets = vec![PASSWORD.to_owned(), OTHER_PASSWORD.to_owned()];
    for tokens in [&first, &second, &third] {
        secrets.extend([tokens.text("refreshToken"), tokens.text("accessToken")]);
    }
    secrets
}

kit_testing::on_each_database! {
    /// RT-10, AS-077: a copy of the database holds no password and no token that could be used.
    async fn the_database_holds_no_usable_secret(place: TestDatabase) {
        let house = House::open(place).await;
        let secrets = live(&house).await;
        let dump = house.dump().await;
        assert!(dump.contains("$argon2id$") && dump.contains("displayName"));
        for secret in &secrets {
            assert!(!dump.contains(secret.as_str()), "{secret}");
        }
        // A hash that was stolen is not the token: what is stored of it is its digest.
        let row = house.database().query("SELECT hash FROM refresh_tokens LIMIT 1").fetch_one().await.unwrap();
        let hash: [u8; 32] = row.get("hash").unwrap();
        use base64::Engine;
        let forged = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash);
        assert_eq!(house.refresh(&forged).await.status, StatusCode::UNAUTHORIZED);
        house.stop().await;
    }

    /// RT-28, AS-156, AS-158: every authentication event stands in the history once, with when, where and by what.
    async fn every_authentication_event_is_written_down_once(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let client = Client { ip: Some("203.0.113.9".to_owned()), user_agent: Some("Browser".to_owned()) };
        let whence = Viewer { client: client.clone(), ..Viewer::anonymous() };
        house.login_from(&whence, "lee", "not the password").await;
        let tokens = house.login_from(&whence, "lee", PASSWORD).await;
        let mut viewer = house.viewer_of(&tokens);
        viewer.client = client;
        let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
        house.send_as(&viewer, "POST", "/auth/v1/password", body).await;
        let first = tokens.text("refreshToken");
        house.send_as(&whence, "POST", "/auth/v1/token/refresh", json!({ "refreshToken": first })).await;
        house.clock().advance(std::time::Duration::from_secs(60));
        house.send_as(&whence, "POST", "/auth/v1/token/refresh", json!({ "refreshToken": first })).await;
        let third = house.login_from(&whence, "lee", OTHER_PASSWORD).await.text("refreshToken");
        for _ in 0..2 {
            house.send_as(&whence, "POST", "/auth/v1/logout", json!({ "refreshToken": third })).await;
        }
        let query = "{ me { loginHistory(first: 20) { edges { node { kind at ip userAgent sessionId } } } } }";
        let history = house.graph(&viewer, query).await["data"]["me"]["loginHistory"]["edges"].clone();
        let history: Vec<&Value> = history.as_array().unwrap().iter().rev().map(|edge| &edge["node"]).collect();
        let mut kinds: Vec<&str> = history.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        // Out: the first session, by the other password; and the last one.
        let expected = ["LOGIN", "LOGIN", "LOGIN", "LOGIN_FAILED", "LOGOUT", "LOGOUT", "PASSWORD_RESET", "REFRESH_REUSE"];
        assert_eq!(kinds, expected);
        for event in &history[1..] {
            assert_eq!((&event["ip"], &event["userAgent"]), (&json!("203.0.113.9"), &json!("Browser")), "{event}");
            assert_eq!(event["sessionId"].is_null(), event["kind"] == "LOGIN_FAILED", "{event}");
        }
        house.stop().await;
    }

    /// AS-069: nobody has an account before somebody opens one.
    async fn a_new_database_has_no_accounts(place: TestDatabase) {
        let database = place.migrated(&SUBGRAPH.migrations).await;
        for sql in ["SELECT COUNT(*) FROM users", "SELECT COUNT(*) FROM credentials", "SELECT COUNT(*) FROM partners", "SELECT COUNT(*) FROM user_roles"] {
            assert_eq!(database.query(sql).fetch_one().await.unwrap().get::<i64>(0).unwrap(), 0, "{sql}");
        }
    }

    /// AS-072: who has another password is told of it, by nobody but us.
    async fn another_password_is_told_to_its_owner(place: TestDatabase) {
        let house = House::open(place).await;
        let viewer = house.viewer_of(&house.register("lee").await);
        let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
        house.send_as(&viewer, "POST", "/auth/v1/password", body).await;
        let query = "{ me { notifications(first: 5) { edges { node { kind title body readAt } } } } }";
        let told = &house.graph(&viewer, query).await["data"]["me"]["notifications"]["edges"];
        assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
        assert_eq!(told[0]["node"]["kind"], "identity.password.changed");
        assert!(told[0]["node"]["body"].as_str().unwrap().contains("1 June 2026, 00:00 UTC"), "{told}");
        house.stop().await;
    }
}

/// AS-157, AS-162, RT-28: what is logged and traced holds no secret, and what a client calls itself breaks no line.
#[tokio::test]
async fn nothing_secret_is_logged() {
    let house = House::open(TestDatabase::sqlite()).await;
    let (watch, guard) = Watch::begin();
    let secrets = live(&house).await;
    let request = Request::post("/auth/v1/login").header("content-type", "application/json");
    let broken = format!("{{\"email\": \"lee@demo.invalid\", \"password\": \"{PASSWORD}\", \"password\": 7}}");
    assert_eq!(house.send(request.body(Body::from(broken)).unwrap()).await.status, StatusCode::BAD_REQUEST);
    house.login_from(&from("203.0.113.9\r\nforged=1\u{1b}[31m"), "lee", OTHER_PASSWORD).await;
    drop(guard);
    let text = watch.text();
    assert!(watch.count("argon2") > 3 && !text.is_empty());
    for secret in &secrets {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
    assert!(!text.contains("\nforged=1"), "{text}");
    house.stop().await;
}

/// RT-27: of the keys the public halves are shown, and nothing else by any path.
#[tokio::test]
async fn only_the_public_halves_of_keys_are_shown() {
    let house = House::open(TestDatabase::sqlite()).await;
    let get = async |path: &str| house.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let keys = get("/.well-known/jwks.json").await;
    for key in keys.body["keys"].as_array().unwrap() {
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    }
    let file = std::fs::read_to_string(house.folder().join("identity.keys.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    for secret in file.as_object().unwrap().values() {
        assert!(!keys.body.to_string().contains(secret.as_str().unwrap()));
    }
    for path in [
        "/identity.keys.json",
        "/data/identity.keys.json",
        "/.well-known/identity.keys.json",
        "/.well-known/../identity.keys.json",
        "/docs/identity.keys.json",
    ] {
        assert_eq!(get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    house.stop().await;
}
