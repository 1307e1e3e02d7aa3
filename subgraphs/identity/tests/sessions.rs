//! Where somebody is signed in, and other passwords (domain 4.2).

use http::StatusCode;
use kit_testing::{Reply, TestDatabase};
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

const SESSIONS: &str = "/auth/v1/sessions";
const CHANGE: &str = "/auth/v1/password";
const OTHER_PASSWORD: &str = "staple battery horse";

fn listed(reply: &Reply) -> &Vec<Value> {
    reply.body["sessions"].as_array().unwrap_or_else(|| panic!("{}", reply.body))
}

kit_testing::on_each_database! {
    /// Domain 4.2, AS-094: the list shows what can go on, and which of it asks; ending one leaves the others.
    async fn sessions_are_listed_and_ended_one_by_one(place: TestDatabase) {
        let house = House::open(place).await;
        let first = house.register("lee").await;
        house.clock().advance(std::time::Duration::from_secs(60));
        let second = house.login("lee", PASSWORD).await;
        let viewer = house.viewer_of(&second);
        let list = house.send_as(&viewer, "GET", SESSIONS, json!(null)).await;
        assert_eq!((list.status, list.header("cache-control")), (StatusCode::OK, "no-store"));
        let current: Vec<&Value> = listed(&list).iter().map(|session| &session["current"]).collect();
        assert_eq!(current, [true, false], "latest used first: {}", list.body);
        assert_eq!(listed(&list)[1]["createdAt"], "2026-06-01T00:00:00.000Z");

        let id = listed(&list)[1]["id"].as_str().unwrap().to_owned();
        let end = async || house.send_as(&viewer, "DELETE", &format!("{SESSIONS}/{id}"), json!(null)).await;
        assert_eq!(end().await.status, StatusCode::NO_CONTENT);
        let again = end().await;
        assert_eq!((again.status, again.text("code").as_str()), (StatusCode::NOT_FOUND, "session-not-found"));
        assert_eq!(house.refresh(&first.text("refreshToken")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(house.refresh(&second.text("refreshToken")).await.status, StatusCode::OK);
        assert_eq!(house.published().await.last().unwrap(), "identity.session.revoked.v1");
        house.stop().await;
    }

    /// AS-097, AS-094: the sessions of others are not there, and nobody's are shown to nobody.
    async fn the_sessions_of_others_cannot_be_seen_or_ended(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.register("lee").await;
        let park = house.register("park").await;
        let list = house.send_as(&house.viewer_of(&lee), "GET", SESSIONS, json!(null)).await;
        let id = listed(&list)[0]["id"].as_str().unwrap().to_owned();
        let path = format!("{SESSIONS}/{id}");
        let other = house.send_as(&house.viewer_of(&park), "DELETE", &path, json!(null)).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        for (method, path) in [("GET", SESSIONS), ("DELETE", path.as_str()), ("POST", "/auth/v1/logout-all"), ("DELETE", "/auth/v1/sessions/x")] {
            let nobody = house.send_as(&Viewer::anonymous(), method, path, json!(null)).await;
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
        assert_eq!(house.refresh(&lee.text("refreshToken")).await.status, StatusCode::OK);
        house.stop().await;
    }

    /// Domain 4.2, RT-15, AS-117: everywhere at once.
    async fn signing_out_everywhere_ends_every_session(place: TestDatabase) {
        let house = House::open(place).await;
        let tokens = [house.register("lee").await, house.login("lee", PASSWORD).await];
        let viewer = house.viewer_of(&tokens[0]);
        let reply = house.send_as(&viewer, "POST", "/auth/v1/logout-all", json!(null)).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
        for pair in &tokens {
            assert_eq!(house.refresh(&pair.text("refreshToken")).await.status, StatusCode::UNAUTHORIZED);
        }
        assert!(listed(&house.send_as(&viewer, "GET", SESSIONS, json!(null)).await).is_empty());
        house.stop().await;
    }

    /// Domain 4.2, RT-07, AS-060, AS-061, AS-091: the present password is asked for; the other sessions end, this one goes on.
    async fn another_password_ends_the_other_sessions(place: TestDatabase) {
        let house = House::open(place).await;
        let (first, second) = (house.register("lee").await, house.login("lee", PASSWORD).await);
        let viewer = house.viewer_of(&second);
        let change = async |viewer: &Viewer, present: &str, next: &str| {
            let body = json!({ "currentPassword": present, "newPassword": next });
            let reply = house.send_as(viewer, "POST", CHANGE, body).await;
            (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(change(&viewer, "not the password", OTHER_PASSWORD).await, (401, "invalid-credentials".to_owned()));
        assert_eq!(change(&viewer, PASSWORD, "password1234").await, (422, "weak-password".to_owned()));
        assert_eq!(change(&Viewer::anonymous(), PASSWORD, OTHER_PASSWORD).await, (401, "unauthenticated".to_owned()));
        assert_eq!(change(&viewer, PASSWORD, OTHER_PASSWORD).await, (204, String::new()));

        assert_eq!(house.refresh(&first.text("refreshToken")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(house.refresh(&second.text("refreshToken")).await.status, StatusCode::OK);
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(house.login("lee", OTHER_PASSWORD).await.status, StatusCode::OK);
        let history = house.graph(&viewer, "{ me { loginHistory(first: 9, kind: PASSWORD_RESET) { totalCount } } }").await;
        assert_eq!(history["data"]["me"]["loginHistory"]["totalCount"], 1, "{history}");
        house.stop().await;
    }
}

/// Domain 3.1, RT-20: guessing the present password is slowed down like signing in.
#[tokio::test]
async fn guessing_the_present_password_is_slowed_down() {
    let house = House::open(TestDatabase::sqlite()).await;
    let viewer = house.viewer_of(&house.register("lee").await);
    let body = json!({ "currentPassword": "not the password", "newPassword": OTHER_PASSWORD });
    for _ in 0..5 {
        assert_eq!(house.send_as(&viewer, "POST", CHANGE, body.clone()).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(house.send_as(&viewer, "POST", CHANGE, body).await.status, StatusCode::TOO_MANY_REQUESTS);
    house.stop().await;
}
