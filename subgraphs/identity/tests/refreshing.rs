//! Refresh tokens: each is used once, whoever sends it how often and from where (RT rows; RFC 9700 section 4.14).

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use kit_testing::{Reply, TestDatabase};
use kit_viewer::{Client, Viewer};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::house::{AccountReply, House, PASSWORD, from};

const REFRESH: &str = "/auth/v1/token/refresh";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Tokens that can still be exchanged.
const LIVE: &str = "SELECT COUNT(*) FROM refresh_tokens t JOIN sessions s ON s.family_id = t.family_id
  WHERE t.used_at IS NULL AND s.revoked_at IS NULL";

/// How often a hundred refresh at once.
fn rounds() -> usize {
    std::env::var("LYCEUM_REFRESH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15)
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

/// A refresh by a program of this name.
async fn refresh_as(house: &House, program: &str, token: &str) -> Reply {
    let client = Client { ip: None, user_agent: Some(program.to_owned()) };
    let viewer = Viewer { client, ..Viewer::anonymous() };
    house.send_as(&viewer, "POST", REFRESH, json!({ "refreshToken": token })).await
}

kit_testing::on_each_database! {
    /// RT-01: a new pair, and the old token is worth nothing.
    async fn a_refresh_gives_a_new_pair(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await;
        let second = house.refresh(&first.text("refreshToken")).await;
        for field in ["refreshToken", "accessToken"] {
            assert_ne!(first.text(field), second.text(field), "{field}");
        }
        assert_eq!(house.claims_of(&first)["sid"], house.claims_of(&second)["sid"]);
        house.clock().advance(Duration::from_secs(11));
        assert_eq!(code(&house.refresh(&first.text("refreshToken")).await), (401, "refresh-token-reused"));
        house.stop().await;
    }

    /// RT-02, AS-115, AS-158: a used token that comes back ends the session with its newest token, and stands in the
    /// history once, with where it came from.
    async fn reuse_ends_the_family_and_is_written_down(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await;
        let viewer = house.viewer_of(&first);
        let second = house.refresh(&first.text("refreshToken")).await.text("refreshToken");
        let newest = house.refresh(&second).await.text("refreshToken");
        for attempt in ["refresh-token-reused", "refresh-token-invalid"] {
            let body = json!({ "refreshToken": first.text("refreshToken") });
            let reply = house.send_as(&from("203.0.113.9"), "POST", REFRESH, body).await;
            assert_eq!(code(&reply), (401, attempt));
        }
        assert_eq!(code(&house.refresh(&newest).await), (401, "refresh-token-invalid"));
        let query = "{ me { loginHistory(first: 9, kind: REFRESH_REUSE) { totalCount edges { node { ip sessionId } } } } }";
        let history = &house.graph(&viewer, query).await["data"]["me"]["loginHistory"];
        let event = json!({ "ip": "203.0.113.9", "sessionId": house.claims_of(&first)["sid"] });
        assert_eq!(*history, json!({ "totalCount": 1, "edges": [{ "node": event }] }));
        house.stop().await;
    }

    /// RT-03, RT-09: a lost answer is given again, as often as it is asked for within ten seconds, to the same program.
    async fn a_lost_answer_is_for_the_program_that_asked(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let client = Client { ip: None, user_agent: Some("Browser".to_owned()) };
        let first = house.login_from(&Viewer { client, ..Viewer::anonymous() }, "lee", PASSWORD).await.text("refreshToken");
        // An update of the browser changes its name; its session goes on.
        let second = refresh_as(&house, "Browser 2", &first).await.text("refreshToken");
        for _ in 0..3 {
            assert_eq!(refresh_as(&house, "Browser", &first).await.text("refreshToken"), second);
        }
        assert_eq!(code(&refresh_as(&house, "Thief", &first).await), (401, "refresh-token-reused"));
        assert_eq!(code(&refresh_as(&house, "Browser", &second).await), (401, "refresh-token-invalid"));
        house.stop().await;
    }

    /// RT-04, RT-05, AS-010: of a hundred at once, at two replicas, all get the one successor.
    ///
    /// `LYCEUM_REFRESH_ROUNDS=1000` runs it as long as the row has it: some minutes.
    async fn many_refreshes_at_once_have_one_successor(place: TestDatabase) {
        let house = House::open(place).await;
        let replica = house.replica().await;
        let mut token = house.register("lee").await.text("refreshToken");
        for round in 0..rounds() {
            let at_replica = async |token: &str| {
                let body = json!({ "refreshToken": token }).to_string();
                let request = Request::post(REFRESH).header("content-type", "application/json").body(Body::from(body));
                let response = replica.router().oneshot(request.unwrap()).await.unwrap();
                let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
                let body: Value = serde_json::from_slice(&bytes).unwrap();
                body["refreshToken"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
            };
            let (here, there) = tokio::join!(
                join_all((0..50).map(|_| async { house.refresh(&token).await.text("refreshToken") })),
                join_all((0..50).map(|_| at_replica(&token))),
            );
            let successors: BTreeSet<String> = here.into_iter().chain(there).collect();
            assert_eq!(successors.len(), 1, "round {round}");
            assert_eq!(house.count(LIVE).await, 1, "round {round}");
            token = successors.into_iter().next().unwrap();
        }
        replica.stop().await;
        house.stop().await;
    }

    /// RT-06, AS-009: a refresh that is cut off anywhere leaves the token as it was, or its one successor.
    async fn a_refresh_that_is_cut_off_leaves_one_live_token(place: TestDatabase) {
        let house = House::open(place).await;
        let mut token = house.register("lee").await.text("refreshToken");
        for turns in 0..20 {
            let time = Duration::from_micros(300) * turns;
            // Dropped wherever it stands then.
            let _ = tokio::time::timeout(time, house.refresh(&token)).await;
            let next = house.refresh(&token).await;
            assert_eq!(next.status, StatusCode::OK, "after {turns} turns: {}", next.body);
            assert_eq!(house.count(LIVE).await, 1, "after {turns} turns");
            token = next.text("refreshToken");
        }
        house.stop().await;
    }

    /// RT-08, AS-087, AS-088, AS-116: thirty days without use, ninety at most, to the second.
    async fn sessions_end_on_the_second(place: TestDatabase) {
        let house = House::open(place).await;
        let idle = house.register("lee").await.text("refreshToken");
        let used = house.login("lee", PASSWORD).await;
        let mut token = used.text("refreshToken");
        house.clock().advance(DAY * 30 - Duration::from_secs(1));
        token = house.refresh(&token).await.text("refreshToken");
        house.clock().advance(Duration::from_secs(1));
        assert_eq!(code(&house.refresh(&idle).await), (401, "refresh-token-invalid"));
        token = house.refresh(&token).await.text("refreshToken");
        for _ in 0..2 {
            house.clock().advance(DAY * 30 - Duration::from_secs(1));
            token = house.refresh(&token).await.text("refreshToken");
        }
        // 89 days, 23:59:58 after the sign-in.
        house.clock().advance(Duration::from_secs(1));
        let last = house.refresh(&token).await;
        assert_eq!(last.status, StatusCode::OK, "{}", last.body);
        house.clock().advance(Duration::from_secs(1));
        assert_eq!(code(&house.refresh(&last.text("refreshToken")).await), (401, "refresh-token-invalid"));
        house.stop().await;
    }

    /// RT-15: every session; twice; and with a refresh token alone when the access token has expired.
    async fn signing_out_can_be_repeated(place: TestDatabase) {
        let house = House::open(place).await;
        let token = house.register("lee").await.text("refreshToken");
        house.clock().advance(DAY);
        for _ in 0..2 {
            let reply = house.post("/auth/v1/logout", &[], json!({ "refreshToken": token })).await;
            assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.body);
        }
        let tokens = house.login("lee", PASSWORD).await;
        let viewer = house.viewer_of(&tokens);
        for _ in 0..2 {
            let reply = house.send_as(&viewer, "POST", "/auth/v1/logout-all", json!(null)).await;
            assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.body);
        }
        assert_eq!(house.count(LIVE).await, 0);
        assert_eq!(house.count("SELECT COUNT(*) FROM login_events WHERE kind = 'LOGOUT'").await, 2);
        house.stop().await;
    }

    /// AS-082: a person has 50 sessions; the next sign-in ends the one that was not used for longest.
    async fn the_oldest_of_too_many_sessions_ends(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await;
        let second = house.login("lee", PASSWORD).await.text("refreshToken");
        let copy = "INSERT INTO sessions (id, user_id, family_id, created_at, last_used_at) VALUES (?, ?, ?, ?, ?)";
        let now = kit_testing::TEST_START_US + 1;
        for number in 0..48_u8 {
            let id = kit_ids::UserId::from_bytes([number; 16]);
            let copy = house.database().query(copy).bind(id).bind(house.viewer_of(&first).user_id().unwrap()).bind(id);
            copy.bind(now).bind(now).execute().await.unwrap();
        }
        house.clock().advance(Duration::from_secs(1));
        assert_eq!(house.refresh(&first.text("refreshToken")).await.status, StatusCode::OK);
        house.login("lee", PASSWORD).await;
        assert_eq!(code(&house.refresh(&second).await), (401, "refresh-token-invalid"));
        assert_eq!(house.count("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL").await, 50);
        house.stop().await;
    }

    /// What can never go on is forgotten a day later, with its tokens; what lives is kept.
    async fn sessions_that_are_over_are_forgotten(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await.text("refreshToken");
        house.refresh(&first).await;
        house.clock().advance(DAY * 60);
        let live = house.login("lee", PASSWORD).await.text("refreshToken");
        house.clock().advance(DAY * 29);
        house.work().await;
        assert_eq!(house.count("SELECT COUNT(*) FROM sessions").await, 2);
        house.clock().advance(DAY * 2 + Duration::from_secs(1));
        let live = house.refresh(&live).await;
        house.work().await;
        assert_eq!((house.count("SELECT COUNT(*) FROM sessions").await, live.status.as_u16()), (1, 401));
        house.stop().await;
    }
}

/// AS-011: an address refreshes so often and no more, whatever the tokens; others are not concerned, and time helps.
#[tokio::test]
async fn an_address_does_not_refresh_without_end() {
    let limits = json!({ "limits": { "refreshesPerMinute": 3 } });
    let house = House::open_with(TestDatabase::sqlite(), limits).await;
    let mut token = house.register("lee").await.text("refreshToken");
    let refresh_from =
        async |ip: &str, token: &str| house.send_as(&from(ip), "POST", REFRESH, json!({ "refreshToken": token })).await;
    for number in 1..=3 {
        token = refresh_from("203.0.113.9", &token).await.text("refreshToken");
        assert!(!token.is_empty(), "{number}");
    }
    for presented in [token.as_str(), "guessed"] {
        let refused = refresh_from("203.0.113.9", presented).await;
        assert_eq!((code(&refused), refused.header("retry-after")), ((429, "too-many-attempts"), "20"));
    }
    token = refresh_from("203.0.113.10", &token).await.text("refreshToken");
    house.clock().advance(Duration::from_secs(20));
    assert_eq!(refresh_from("203.0.113.9", &token).await.status, StatusCode::OK);
    house.stop().await;
}

/// RT-11, AS-139: a token in the address is none, and nothing is refreshed by reading.
#[tokio::test]
async fn a_token_in_the_address_is_refused() {
    let house = House::open(TestDatabase::sqlite()).await;
    let token = house.register("lee").await.text("refreshToken");
    let path = format!("{REFRESH}?refreshToken={token}");
    let get = house.send(Request::get(&path).body(Body::empty()).unwrap()).await;
    assert_eq!((get.status, get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let own = [("origin", "https://lyceum.example"), ("x-requested-with", "fetch")];
    let post = house.post(&path, &own, json!({})).await;
    assert_eq!(code(&post), (401, "refresh-token-invalid"));
    assert_eq!(house.refresh(&token).await.status, StatusCode::OK);
    house.stop().await;
}

/// RT-12, AS-024: what the cookie does needs a page of ours and a header that no form sends.
#[tokio::test]
async fn the_cookie_alone_does_nothing() {
    let house = House::open(TestDatabase::sqlite()).await;
    house.register("lee").await;
    let cookie =
        house.post("/auth/v1/login", &[], json!({ "email": "lee@demo.invalid", "password": PASSWORD })).await.cookie();
    let cookie = ("cookie", cookie.split(';').next().unwrap());
    let own = ("origin", "https://lyceum.example");
    let header = ("x-requested-with", "fetch");
    for path in [REFRESH, "/auth/v1/logout"] {
        for headers in [
            vec![cookie],
            vec![cookie, own],
            vec![cookie, header],
            vec![cookie, header, ("origin", "null")],
            vec![cookie, header, ("origin", "http://lyceum.example")],
            vec![cookie, header, ("origin", "https://lyceum.example.evil.example")],
            vec![cookie, header, ("origin", "https://evil-lyceum.example")],
            vec![cookie, header, ("referer", "https://lyceum.example/")],
        ] {
            let refused = house.post(path, &headers, json!({})).await;
            assert_eq!(code(&refused), (403, "origin-refused"), "{path} {headers:?}");
        }
    }
    assert_eq!(house.count(LIVE).await, 2);
    assert_eq!(house.post("/auth/v1/logout", &[cookie, own, header], json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.count(LIVE).await, 1);
    house.stop().await;
}

/// RT-14, AS-086: a cookie that was there before is not taken over: each sign-in begins a session of its own.
#[tokio::test]
async fn signing_in_begins_a_new_session() {
    let house = House::open(TestDatabase::sqlite()).await;
    house.register("lee").await;
    let body = json!({ "email": "lee@demo.invalid", "password": PASSWORD });
    let planted = [("cookie", "__Host-rt=planted; rt=planted")];
    let (one, two) = (
        house.post("/auth/v1/login", &planted, body.clone()).await,
        house.post("/auth/v1/login", &planted, body).await,
    );
    assert_ne!(one.cookie(), two.cookie());
    assert!(!one.cookie().contains("planted"));
    assert_ne!(house.claims_of(&one)["sid"], house.claims_of(&two)["sid"]);
    house.stop().await;
}

/// AS-085, AS-122, RT-10: what comes over HTTP is 256 bits in base64url; `service/sessions/tests.rs` looks at ten thousand.
#[tokio::test]
async fn refresh_tokens_have_no_structure() {
    use base64::Engine;
    let house = House::open(TestDatabase::sqlite()).await;
    let mut token = house.register("lee").await.text("refreshToken");
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        token = house.refresh(&token).await.text("refreshToken");
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(bytes.len() == 32 && seen.insert(bytes), "{token}");
    }
    house.stop().await;
}
