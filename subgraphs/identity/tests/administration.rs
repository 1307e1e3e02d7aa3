//! What administrators do to accounts (domain 3.1, S3-ROLE-3, S3-ROLE-4).

use std::time::Duration;

use http::StatusCode;
use kit_database::{DatabaseError, Row};
use kit_ids::{NotificationId, UserId};
use kit_testing::{Reply, TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::{AccountReply, House, PASSWORD};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ROLES_CHANGED: &str = "identity.user.roles_changed.v1";
const REVOKED: &str = "identity.session.revoked.v1";
const DEACTIVATED: &str = "identity.user.deactivated.v1";

async fn set_roles(house: &House, by: &Viewer, of: &Viewer, roles: &[&str]) -> Reply {
    let input = json!({ "userId": of.user_id(), "roles": roles, "clientMutationId": "m" });
    house.change(by, "setUserRoles", "user { roles }", input).await
}

async fn deactivate(house: &House, by: &Viewer, of: &Viewer) -> Reply {
    let input = json!({ "userId": of.user_id(), "reason": "wished for", "clientMutationId": "m" });
    house.change(by, "deactivateUser", "user { status }", input).await
}

async fn admins_left(house: &House) -> i64 {
    let select = "SELECT COUNT(*) AS n FROM user_roles r JOIN users u ON u.id = r.user_id
      WHERE r.role = 'ADMIN' AND u.status = 'ACTIVE'";
    house.database().query(select).fetch_one().await.unwrap().get("n").unwrap()
}

/// All text that a table holds.
async fn text_of(house: &House, select: &'static str) -> Vec<Option<String>> {
    let rows = house.database().query(select).fetch_all().await.unwrap();
    let texts: Result<Vec<Option<String>>, DatabaseError> = rows.iter().map(|row: &Row| row.get(0)).collect();
    texts.unwrap()
}

kit_testing::on_each_database! {
    /// Domain 3.1: all roles at once, MENTEE always; told once for each change.
    async fn roles_are_replaced_and_everybody_stays_a_mentee(place: TestDatabase) {
        let house = House::open(place).await;
        let (admin, lee) = (house.admin("root").await, house.person("lee").await);
        for _ in 0..2 {
            let changed = set_roles(&house, &admin, &lee, &["MODERATOR", "INSTRUCTOR", "MODERATOR"]).await;
            let roles = json!(["MENTEE", "INSTRUCTOR", "MODERATOR"]);
            let payload = json!({ "user": { "roles": roles }, "userErrors": [], "clientMutationId": "m" });
            assert_eq!(*changed.data("/setUserRoles"), payload, "{}", changed.body);
            let data = json!({ "id": lee.user_id(), "roles": roles, "version": 2 });
            assert_eq!(house.last_event(ROLES_CHANGED).await, data);
        }
        let changed = set_roles(&house, &admin, &lee, &[]).await;
        assert_eq!(*changed.data("/setUserRoles/user/roles"), json!(["MENTEE"]));
        let told = house.published().await;
        assert_eq!(told.iter().filter(|kind| *kind == ROLES_CHANGED).count(), 2, "{told:?}");
        house.stop().await;
    }

    /// RT-07, RT-13: sessions outlive a change of roles, but no token of theirs keeps what was taken.
    async fn a_token_that_is_refreshed_has_the_roles_of_now(place: TestDatabase) {
        let house = House::open(place).await;
        let admin = house.admin("root").await;
        let lee = house.register("lee").await;
        let viewer = house.viewer_of(&lee);
        assert_eq!(house.claims_of(&lee)["roles"], json!(["MENTEE"]));
        set_roles(&house, &admin, &viewer, &["INSTRUCTOR", "ADMIN"]).await;
        let raised = house.refresh(&lee.text("refreshToken")).await;
        let claims = house.claims_of(&raised);
        assert_eq!((&claims["roles"], &claims["ver"]), (&json!(["MENTEE", "INSTRUCTOR", "ADMIN"]), &json!(2)));
        assert!(claims["scope"].as_str().unwrap().contains("course:write"));

        set_roles(&house, &admin, &viewer, &[]).await;
        let again = house.refresh(&lee.text("refreshToken")).await;
        let lowered = house.refresh(&raised.text("refreshToken")).await;
        for reply in [&again, &lowered] {
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            let claims = house.claims_of(reply);
            assert_eq!((&claims["roles"], &claims["scope"], &claims["ver"]), (&json!(["MENTEE"]), &json!(""), &json!(3)));
        }
        assert!(!house.published().await.contains(&REVOKED.to_owned()));
        house.stop().await;
    }

    /// Domain 3.1: the last administrator stays one; one whose account is closed does not count.
    async fn the_last_administrator_stays(place: TestDatabase) {
        let house = House::open(place).await;
        let (root, other) = (house.admin("root").await, house.admin("other").await);
        assert_eq!(deactivate(&house, &root, &other).await.user_error("deactivateUser"), "");
        let told = house.published().await;
        let demoted = set_roles(&house, &root, &root, &["OPS"]).await;
        assert_eq!(demoted.user_error("setUserRoles"), "LAST_ADMIN", "{}", demoted.body);
        let closed = deactivate(&house, &root, &root).await;
        assert_eq!(closed.user_error("deactivateUser"), "LAST_ADMIN", "{}", closed.body);
        assert!(closed.data("/deactivateUser/user").is_null() && demoted.data("/setUserRoles/user").is_null());
        assert_eq!(set_roles(&house, &root, &root, &["ADMIN", "OPS"]).await.user_error("setUserRoles"), "");
        assert_eq!(house.published().await.len(), told.len() + 1);
        assert_eq!(admins_left(&house).await, 1);
        house.stop().await;
    }

    /// Domain 3.1: of the last two administrators who would remove each other at once, one stays.
    async fn two_administrators_cannot_remove_each_other(place: TestDatabase) {
        let house = House::open(place).await;
        for round in 0..5 {
            let (one, two) = (house.admin(&format!("one{round}")).await, house.admin(&format!("two{round}")).await);
            let (first, second) = if round % 2 == 0 {
                tokio::join!(set_roles(&house, &one, &two, &[]), set_roles(&house, &two, &one, &[]))
            } else {
                tokio::join!(set_roles(&house, &one, &two, &[]), deactivate(&house, &two, &one))
            };
            let refused = [first.user_error("setUserRoles"), second.user_error("setUserRoles"), second.user_error("deactivateUser")];
            assert_eq!(refused.iter().filter(|code| **code == "LAST_ADMIN").count(), 1, "{} {}", first.body, second.body);
            assert_eq!(admins_left(&house).await, 1);
            house.database().query("DELETE FROM user_roles WHERE role = 'ADMIN'").execute().await.unwrap();
        }
        house.stop().await;
    }

    /// RT-07, AS-090, S3-ROLE-4: a closed account has no session, and cannot begin one.
    async fn a_closed_account_is_signed_out_everywhere(place: TestDatabase) {
        let house = House::open(place).await;
        let admin = house.admin("root").await;
        let (first, second) = (house.register("lee").await, house.login("lee", PASSWORD).await);
        let lee = house.viewer_of(&first);
        let before = house.published().await.len();
        for _ in 0..2 {
            let closed = deactivate(&house, &admin, &lee).await;
            let payload = json!({ "user": { "status": "DEACTIVATED" }, "userErrors": [], "clientMutationId": "m" });
            assert_eq!(*closed.data("/deactivateUser"), payload, "{}", closed.body);
        }
        assert_eq!(house.published().await[before..], [REVOKED, REVOKED, DEACTIVATED]);
        assert_eq!(house.last_event(DEACTIVATED).await, json!({ "id": lee.user_id() }));
        for tokens in [&first, &second] {
            let refused = house.refresh(&tokens.text("refreshToken")).await;
            assert_eq!((refused.status, refused.text("code").as_str()), (StatusCode::UNAUTHORIZED, "refresh-token-invalid"));
        }
        let login = house.login("lee", PASSWORD).await;
        assert_eq!((login.status, login.text("code").as_str()), (StatusCode::UNAUTHORIZED, "invalid-credentials"));
        let changed = house.change(&lee, "updateProfile", "user { id }", json!({ "bio": "here" })).await;
        assert_eq!(changed.user_error("updateProfile"), "NOT_FOUND");
        let roles = set_roles(&house, &admin, &lee, &["OPS"]).await;
        assert_eq!(roles.user_error("setUserRoles"), "NOT_FOUND");
        house.stop().await;
    }

    /// S3-ROLE-4: after 30 days nothing personal is left, once; the account itself stays, and its handle is kept free.
    async fn what_was_personal_is_erased_after_thirty_days(place: TestDatabase) {
        let house = House::open(place).await;
        let (admin, acme) = (house.admin("root").await, house.company(1, "Acme").await);
        let lee = house.person("lee").await;
        house.place(&lee, acme, None).await;
        let profile = json!({ "handle": "lee_1", "displayName": "Lee", "bio": "I am Lee" });
        house.change(&lee, "updateProfile", "user { id }", profile).await;
        let personal = "UPDATE users SET phone = '+821012345678', avatar_url = 'https://demo.invalid/lee', nx = 60, ny = 127
          WHERE id = ?";
        house.database().query(personal).bind(lee.user_id().unwrap()).execute().await.unwrap();
        let traces = "UPDATE login_events SET ip = '192.0.2.1', user_agent = 'Lee Browser'";
        house.database().query(traces).execute().await.unwrap();
        let notify = "INSERT INTO notifications (id, user_id, kind, title, body, created_at) VALUES (?, ?, 'k', 't', 'b', 0)";
        let notify = house.database().query(notify).bind(NotificationId::from_bytes([1; 16]));
        notify.bind(lee.user_id().unwrap()).execute().await.unwrap();
        deactivate(&house, &admin, &lee).await;

        house.clock().advance(DAY * 30 - Duration::from_secs(1));
        house.work().await;
        let id = json!({ "id": lee.user_id() });
        let selection = "{ handle displayName bio avatarUrl email phone homeGrid { nx } company { name } status }";
        let kept = house.entities(&admin, "User", [id.clone()], selection).await;
        assert_eq!(kept[0]["email"], "lee@demo.invalid");

        house.clock().advance(Duration::from_secs(1));
        let told = house.published().await.len();
        for _ in 0..2 {
            house.work().await;
        }
        assert_eq!(house.published().await[told..], ["identity.user.profile_updated.v1"]);
        let left = house.entities(&admin, "User", [id], selection).await.remove(0);
        let text = lee.user_id().unwrap().to_string();
        let handle = format!("deleted_{}", &text[text.len() - 16..]);
        let expected = json!({
            "handle": handle, "displayName": "Deleted user", "bio": null, "avatarUrl": null,
            "email": format!("{text}@erased.invalid"), "phone": null, "homeGrid": null, "company": null,
            "status": "DEACTIVATED",
        });
        assert_eq!(left, expected);
        let event = house.last_event("identity.user.profile_updated.v1").await;
        assert_eq!((&event["handle"], &event["displayName"], &event["avatarUrl"]), (&json!(handle), &json!("Deleted user"), &Value::Null));
        let of_lee = "SELECT e.ip FROM login_events e JOIN users u ON u.id = e.user_id WHERE u.status = 'DEACTIVATED'
          UNION ALL SELECT e.user_agent FROM login_events e JOIN users u ON u.id = e.user_id WHERE u.status = 'DEACTIVATED'
          UNION ALL SELECT s.device FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.status = 'DEACTIVATED'
          UNION ALL SELECT s.ip FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.status = 'DEACTIVATED'
          UNION ALL SELECT c.phc FROM credentials c JOIN users u ON u.id = c.user_id WHERE u.status = 'DEACTIVATED'
          UNION ALL SELECT u.deactivated_reason FROM users u UNION ALL SELECT body FROM notifications";
        assert!(text_of(&house, of_lee).await.iter().all(Option::is_none));
        let others = "SELECT ip FROM login_events WHERE ip IS NOT NULL";
        assert!(!text_of(&house, others).await.is_empty(), "those of others stay");

        // The address is free again at once, the handle after 90 days.
        assert_eq!(house.register("lee").await.status, StatusCode::CREATED);
        let park = house.person("park").await;
        let take = async || house.change(&park, "updateProfile", "user { handle }", json!({ "handle": "lee_1" })).await;
        assert_eq!(take().await.user_error("updateProfile"), "HANDLE_TAKEN");
        house.clock().advance(DAY * 90);
        house.work().await;
        assert!(text_of(&house, "SELECT handle FROM reserved_handles").await.is_empty());
        assert_eq!(take().await.user_error("updateProfile"), "");
        house.stop().await;
    }

    /// P11, 7.1, AS-096, AS-099: anonymous, the person, others, an administrator; unknown people; reasons that are too long.
    async fn accounts_are_changed_by_administrators(place: TestDatabase) {
        let house = House::open(place).await;
        let (admin, lee, park) = (house.admin("root").await, house.person("lee").await, house.person("park").await);
        let told = house.published().await;
        for (viewer, code) in [
            (Viewer::anonymous(), "UNAUTHENTICATED"), (lee.clone(), "FORBIDDEN"), (park, "FORBIDDEN"),
            (person(9, Role::Ops), "FORBIDDEN"), (person(8, Role::Moderator), "FORBIDDEN"),
        ] {
            for reply in [set_roles(&house, &viewer, &lee, &["ADMIN"]).await, deactivate(&house, &viewer, &lee).await] {
                assert_eq!(reply.codes(), [code], "{viewer:?}");
            }
        }
        let unknown = person(7, Role::Mentee);
        assert_eq!(unknown.user_id(), Some(UserId::from_bytes([7; 16])));
        let missing = [
            (set_roles(&house, &admin, &unknown, &[]).await, "setUserRoles"),
            (deactivate(&house, &admin, &unknown).await, "deactivateUser"),
        ];
        for (reply, mutation) in missing {
            assert_eq!(reply.user_error(mutation), "NOT_FOUND");
            assert_eq!(*reply.data(&format!("/{mutation}/userErrors/0/path")), json!(["input", "userId"]));
        }
        let long = json!({ "userId": lee.user_id(), "reason": "x".repeat(501) });
        let long = house.change(&admin, "deactivateUser", "user { id }", long).await;
        assert_eq!(long.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(house.published().await, told);
        house.stop().await;
    }
}
