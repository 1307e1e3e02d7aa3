//! Guessing: how soon it is slowed down, what it tells, and what it costs (RT-20 to RT-25; domain 3.1).

use std::time::Duration;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use futures_util::future::join_all;
use http::StatusCode;
use kit_testing::{Reply, TestDatabase};
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, from};
use crate::watching::Watch;

const WRONG: &str = "not the password";
const REGISTER: &str = "/auth/v1/register";

/// A figure that is documented.
fn documented(limit: &str) -> usize {
    let document: Value = serde_json::from_str(include_str!("../openapi.json")).unwrap();
    usize::try_from(document["x-limits"][limit].as_u64().unwrap_or_else(|| panic!("{limit}"))).unwrap()
}

/// How many attempts are answered before one has to wait.
async fn answered<'h, F: Future<Output = Reply> + 'h>(attempt: impl Fn(usize) -> F) -> (usize, Reply) {
    for number in 0..200 {
        let reply = attempt(number).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return (number, reply);
        }
    }
    panic!("nobody has to wait");
}

async fn register(house: &House, email: &str, password: &str) -> Reply {
    let body = json!({ "name": "Lee", "email": email, "password": password, "tokenDelivery": "body" });
    house.post(REGISTER, &[], body).await
}

async fn login(house: &House, email: &str, password: &str) -> StatusCode {
    house.post("/auth/v1/login", &[], json!({ "email": email, "password": password })).await.status
}

/// Of the password, with 8 MiB and one pass.
fn cheap_hash() -> String {
    let params = Params::new(8 * 1_024, 1, 1, None).unwrap();
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password_with_salt(PASSWORD.as_bytes(), &[9; 16]).unwrap().to_string()
}

kit_testing::on_each_database! {
    /// AS-058, AS-011, RT-20: the waits are those that are documented; the right password does not help while one waits.
    async fn waits_are_as_documented(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let (count, reply) = answered(async |_| house.login("lee", WRONG).await).await;
        assert_eq!(count, documented("failuresOfAccountFromAddress"));
        let (first, window) = (documented("firstWaitSeconds"), documented("windowSeconds"));
        assert_eq!(reply.header("retry-after"), (first + 1).to_string());
        let mut wait = first;
        let mut waited = 0;
        while waited + wait < window {
            assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
            house.clock().advance(Duration::from_secs(wait as u64) - Duration::from_micros(1));
            assert_eq!(house.login("lee", WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
            house.clock().advance(Duration::from_micros(1));
            assert_eq!(house.login("lee", WRONG).await.status, StatusCode::UNAUTHORIZED);
            waited += wait;
            wait *= 2;
        }
        house.clock().advance(Duration::from_secs(window as u64));
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::OK);
        // A success forgets the failures before.
        assert_eq!(answered(async |_| house.login("lee", WRONG).await).await.0, count);
        house.stop().await;
    }

    /// AS-068, AS-058, RT-20: one password at many accounts, known and unknown, from one address.
    async fn one_password_is_not_tried_everywhere(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("user3").await;
        let thief = from("203.0.113.9");
        let attempt = async |number: usize| house.login_from(&thief, &format!("user{number}"), WRONG).await;
        assert_eq!(answered(attempt).await.0, documented("failuresFromAddress"));
        let elsewhere = house.login_from(&from("198.51.100.7"), "user3", PASSWORD).await;
        assert_eq!(elsewhere.status, StatusCode::OK, "others are not slowed down: {}", elsewhere.body);
        house.clock().advance(Duration::from_secs(31));
        // What the thief's own account gives is no more than what it took.
        assert_eq!(house.login_from(&thief, "user3", PASSWORD).await.status, StatusCode::OK);
        assert_eq!(attempt(100).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(attempt(101).await.status, StatusCode::TOO_MANY_REQUESTS);
        house.stop().await;
    }

    /// AS-058, RT-20: many addresses at one account; its owner comes in from where they have signed in before.
    async fn strangers_cannot_lock_out_an_owner(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let home = from("192.0.2.1");
        assert_eq!(house.login_from(&home, "lee", PASSWORD).await.status, StatusCode::OK);
        let attempt = async |number: usize| house.login_from(&from(&format!("10.{number}.0.1")), "lee", WRONG).await;
        assert_eq!(answered(attempt).await.0, documented("failuresOfAccount"));
        let abroad = house.login_from(&from("198.51.100.7"), "lee", PASSWORD).await;
        assert_eq!(abroad.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(house.login_from(&home, "lee", PASSWORD).await.status, StatusCode::OK);
        // Nobody learns from it whether there is an account.
        let unknown = async |number: usize| house.login_from(&from(&format!("10.{number}.0.1")), "nobody", WRONG).await;
        assert_eq!(answered(unknown).await.0, documented("failuresOfAccount"));
        house.stop().await;
    }

    /// RT-20: what binds nobody any more is forgotten.
    async fn old_attempts_are_forgotten(place: TestDatabase) {
        let house = House::open(place).await;
        house.login_from(&from("203.0.113.9"), "nobody", WRONG).await;
        let rows = async || house.count("SELECT COUNT(*) FROM login_failures").await;
        assert_eq!(rows().await, 4);
        house.clock().advance(Duration::from_secs(29 * 60));
        house.work().await;
        assert_eq!(rows().await, 4);
        house.clock().advance(Duration::from_secs(2 * 60));
        house.work().await;
        assert_eq!(rows().await, 0);
        house.stop().await;
    }

    /// RT-21, AS-073: an account that does not exist costs the same statements, and gives the same answer.
    async fn an_unknown_account_costs_the_same_statements(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let mut seen = Vec::new();
        for name in ["lee", "nobody"] {
            let recording = house.database().record_statements();
            let mut reply = house.login_from(&from("203.0.113.9"), name, WRONG).await;
            // The relay of events has a rhythm of its own, and so has who measures it.
            let mut statements = recording.finish();
            statements.retain(|statement| !statement.contains(" outbox ") && !statement.contains(" dead_letters "));
            // The trace is another one each time.
            reply.body["traceId"] = Value::Null;
            assert!(statements.len() > 5, "{statements:?}");
            seen.push((statements, reply.status, reply.body));
        }
        assert_eq!(seen[0], seen[1]);
        house.stop().await;
    }

    /// RT-25: of many who register one address at once, in whatever letters, one has the account.
    async fn one_address_has_one_account(place: TestDatabase) {
        let house = House::open(place).await;
        let spellings = ["y\u{e9}a@demo.invalid", "ye\u{301}a@demo.invalid", "YE\u{301}A@DEMO.INVALID", " Y\u{c9}a@Demo.Invalid "];
        let replies = join_all((0..8).map(|number| register(&house, spellings[number % 4], PASSWORD))).await;
        let opened = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
        let taken = replies.iter().filter(|reply| reply.body["code"] == "email-taken").count();
        assert_eq!((opened, taken), (1, 7));
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 1);
        // A dot makes another address: only some hosts take it for the same.
        assert_eq!(register(&house, "y.\u{e9}a@demo.invalid", PASSWORD).await.status, StatusCode::CREATED);
        house.stop().await;
    }

    /// AS-059, AS-062 to AS-067, RT-23: what a password may be, and that it is compared as it is.
    async fn passwords_are_taken_as_they_are(place: TestDatabase) {
        let house = House::open(place).await;
        let long = "0123456789abcdef".repeat(8);
        let sound = [
            "only small letters".to_owned(),
            "\u{1f511}".repeat(10),
            "  spaces around it  ".to_owned(),
            "with a \0 inside of it".to_owned(),
            "cafe\u{301} au lait".to_owned(),
            "0123456789abcdef".repeat(4) + "more",
            long.clone(),
        ];
        for (number, password) in sound.iter().enumerate() {
            let email = format!("person{number}@demo.invalid");
            assert_eq!(register(&house, &email, password).await.status, StatusCode::CREATED, "{password:?}");
            assert_eq!(login(&house, &email, password).await, StatusCode::OK, "{password:?}");
            let cut: String = password.chars().take(password.chars().count() - 1).collect();
            for near in [password.trim(), &password.to_uppercase(), &cut, &password.replace("e\u{301}", "\u{e9}"), &password.replace('\0', "")] {
                if near != password {
                    assert_eq!(login(&house, &email, near).await, StatusCode::UNAUTHORIZED, "{password:?} {near:?}");
                    assert_eq!(login(&house, &email, password).await, StatusCode::OK);
                }
            }
        }
        // Beyond the bound nothing is hashed of it, and it is nobody's.
        for too_long in [long.clone() + "0", "x".repeat(1_024), "x".repeat(60_000)] {
            assert_eq!(register(&house, "other@demo.invalid", &too_long).await.status.as_u16(), 422);
            assert_eq!(login(&house, "person6@demo.invalid", &too_long).await, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(login(&house, "person6@demo.invalid", &long).await, StatusCode::OK);
        assert_eq!((documented("passwordCharactersMin"), documented("passwordCharactersMax")), (10, long.len()));
        house.stop().await;
    }

    /// RT-24, AS-121, S0-AUTH-5: a hash of before is replaced at the next sign-in, and not by a wrong password.
    async fn old_hashes_are_replaced_at_the_next_sign_in(place: TestDatabase) {
        let house = House::open(place).await;
        house.register("lee").await;
        let old = cheap_hash();
        let weaken = house.database().query("UPDATE credentials SET phc = ?").bind(old.as_str());
        weaken.execute().await.unwrap();
        let stored = async || -> String {
            house.database().query("SELECT phc FROM credentials").fetch_one().await.unwrap().get(0).unwrap()
        };
        assert_eq!(house.login("lee", WRONG).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(stored().await, old);
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::OK);
        let new = stored().await;
        assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
        assert_eq!(house.login("lee", PASSWORD).await.status, StatusCode::OK);
        assert_eq!(stored().await, new, "once is enough");
        house.stop().await;
    }

    /// AS-153: who signs in with the old password while it is replaced is signed out with the others.
    async fn no_session_begins_with_a_password_that_is_being_replaced(place: TestDatabase) {
        let house = House::open(place).await;
        let tokens = house.register("lee").await;
        let viewer = house.viewer_of(&tokens);
        let (mut present, mut next) = (PASSWORD, "staple battery horse");
        for round in 0..4 {
            let body = json!({ "currentPassword": present, "newPassword": next });
            let logins = join_all((0..3).map(|_| house.login("lee", present)));
            let (changed, _) = tokio::join!(house.send_as(&viewer, "POST", "/auth/v1/password", body), logins);
            if changed.status == StatusCode::NO_CONTENT {
                (present, next) = (next, present);
            }
            let live = "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL";
            assert_eq!((house.count(live).await, changed.status.as_u16()), (1, 204), "round {round}");
            house.clock().advance(Duration::from_secs(16 * 60));
        }
        house.stop().await;
    }
}

/// AS-058, RT-20: a network of many addresses; one of IPv6 is a client's whole half.
#[tokio::test]
async fn networks_are_bounded_too() {
    let house = House::open(TestDatabase::sqlite()).await;
    let attempt = async |number: usize| {
        let whence = from(&format!("203.0.113.{number}"));
        house.login_from(&whence, &format!("user{number}"), WRONG).await
    };
    assert_eq!(answered(attempt).await.0, documented("failuresFromNetwork"));
    let host = async |number: usize| {
        house.login_from(&from(&format!("2001:db8::{number:x}")), &format!("v{number}"), WRONG).await
    };
    assert_eq!(answered(host).await.0, documented("failuresFromAddress"));
    house.stop().await;
}

/// AS-011, RT-22: accounts are not opened by the thousand.
#[tokio::test]
async fn opening_accounts_is_slowed_down() {
    let house = House::open(TestDatabase::sqlite()).await;
    let whence = from("203.0.113.9");
    let open = async |number: usize| {
        let body = json!({ "name": "Lee", "email": format!("lee{number}@demo.invalid"), "password": PASSWORD });
        house.send_as(&whence, "POST", REGISTER, body).await
    };
    assert_eq!(answered(open).await.0, documented("failuresFromAddress"));
    house.stop().await;
}

/// AS-073, RT-21, domain 3.1: one hash is computed for each attempt, whether there is an account, is a suspended one, or
/// is no address at all; and none while one has to wait.
#[tokio::test]
async fn every_attempt_computes_one_hash() {
    let house = House::open(TestDatabase::sqlite()).await;
    for name in ["lee", "suspended", "gone"] {
        house.register(name).await;
    }
    for (name, status) in [("suspended", "SUSPENDED"), ("gone", "DEACTIVATED")] {
        let update = house.database().query("UPDATE users SET status = ? WHERE display_name = ?").bind(status);
        update.bind(name).execute().await.unwrap();
    }
    house.partner("acme").await;
    let long = "x".repeat(5_000);
    for email in ["lee", "suspended", "gone", "nobody", "no address"] {
        for password in [WRONG, "", long.as_str()] {
            let (watch, guard) = Watch::begin();
            let email = if email.contains(' ') { email.to_owned() } else { format!("{email}@demo.invalid") };
            assert_eq!(login(&house, &email, password).await, StatusCode::UNAUTHORIZED, "{email}");
            assert_eq!(watch.count("argon2"), 1, "{email}");
            drop(guard);
        }
    }
    for client in ["acme", "nobody", "No Client!"] {
        let (watch, guard) = Watch::begin();
        let form = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", WRONG)];
        assert_eq!(house.partner_token(None, &form).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(watch.count("argon2"), 1, "{client}");
        drop(guard);
    }
    let (watch, _guard) = Watch::begin();
    for _ in 0..2 {
        house.login("lee", WRONG).await;
    }
    assert_eq!(house.login("lee", WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(watch.count("argon2"), 2, "RT-22: waiting costs nothing");
    house.stop().await;
}

/// AS-070: the graph has no way in of its own.
#[tokio::test]
async fn there_is_one_way_to_sign_in() {
    let house = House::open(TestDatabase::sqlite()).await;
    let names = house.ask(&Viewer::anonymous(), "{ __type(name: \"Mutation\") { fields { name } } }").await;
    let names = names.body.to_string().to_lowercase();
    assert!(!names.contains("login") && !names.contains("token") && !names.contains("password"), "{names}");
    house.stop().await;
}
