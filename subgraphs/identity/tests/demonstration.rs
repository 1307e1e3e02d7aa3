//! Identity's share of the demonstration world.

use http::StatusCode;
use kit_demonstration::{KNOWN_PASSWORD, Outcome, Persona, Profile, Progress, World, WorldKey};
use kit_testing::TestDatabase;
use serde_json::json;

use crate::house::{AccountReply, House, event};

fn tiny() -> World {
    World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() })
}

async fn seeded(place: TestDatabase) -> (House, String) {
    let house = House::open(place).await;
    let outcome = house.running().seed(&tiny(), &Progress::silent()).await.unwrap();
    let Some(Outcome::Seeded(record)) = outcome else { panic!("{outcome:?}") };
    (house, record.checksum.unwrap())
}

kit_testing::on_each_database! {
    /// domain 5.1: the same rows on every engine, and every persona can sign in.
    async fn the_world_is_the_same_and_its_people_can_sign_in(place: TestDatabase) {
        let (house, checksum) = seeded(place).await;
        let (other, expected) = seeded(TestDatabase::sqlite()).await;
        assert_eq!(checksum, expected);
        let email = Persona::ALL[0].email();
        let body = json!({ "email": email, "password": KNOWN_PASSWORD });
        let reply = house.post("/auth/v1/login", &[], body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let form = [("grant_type", "client_credentials"), ("client_id", "partner_demo"), ("client_secret", KNOWN_PASSWORD)];
        let reply = house.partner_token(None, &form).await;
        assert_eq!((reply.status, reply.text("scope").as_str()), (StatusCode::OK, "partner:read"), "{}", reply.body);
        house.stop().await;
        other.stop().await;
    }

    /// domain 5.1: as many people as the table says; seeding twice changes nothing, and one that broke off is done again.
    async fn people_are_as_many_as_the_table_says_however_often_they_are_seeded(place: TestDatabase) {
        let (house, first) = seeded(place).await;
        let seed = async || house.running().seed(&tiny(), &Progress::silent()).await.unwrap().unwrap();
        assert!(matches!(seed().await, Outcome::AlreadySeeded(record) if record.checksum.as_ref() == Some(&first)));
        let do_now = async |sql: &'static str| house.database().query(sql).execute().await.unwrap();
        do_now("UPDATE seed_manifest SET checksum = NULL").await;
        do_now("DELETE FROM login_events").await;
        assert!(matches!(seed().await, Outcome::Seeded(record) if record.checksum.as_ref() == Some(&first)));
        for (sql, expected) in [
            ("SELECT COUNT(*) AS n FROM users", 60),
            ("SELECT COUNT(*) AS n FROM companies", 2),
            ("SELECT COUNT(*) AS n FROM teams", 6),
            ("SELECT COUNT(*) AS n FROM credentials", 60),
            ("SELECT COUNT(*) AS n FROM partners", 1),
            ("SELECT COUNT(*) AS n FROM user_roles WHERE role = 'MENTOR'", 5),
            // An account is closed when, and by somebody, or not at all; none is due to be erased.
            ("SELECT COUNT(*) AS n FROM users WHERE (status = 'DEACTIVATED') <> (deactivated_at IS NOT NULL)
                OR (deactivated_at IS NULL) <> (deactivated_by IS NULL)", 0),
        ] {
            let found: i64 = house.database().query(sql).fetch_one().await.unwrap().get("n").unwrap();
            assert_eq!(found, expected, "{sql}");
        }
        house.stop().await;
    }

    /// domain 5.1: pictures of people that media tells of before identity is seeded are theirs all the same.
    async fn in_which_order_subgraphs_are_seeded_does_not_matter(place: TestDatabase) {
        let house = House::open(place).await;
        let (learner, url) = (tiny().persona(Persona::LearnerLee).id, "https://media.demo.invalid/picture");
        let data = json!({ "userId": learner, "url": url });
        house.hear("identity.avatars", &[event("media", "media.avatar.changed.v1", &learner.to_string(), data)]).await;
        let letters = async || {
            let left = "SELECT COUNT(*) AS n FROM dead_letters WHERE replayed_at IS NULL";
            house.database().query(left).fetch_one().await.unwrap().get::<i64>("n").unwrap()
        };
        assert_eq!(letters().await, 1);
        house.running().seed(&tiny(), &Progress::silent()).await.unwrap();
        assert_eq!(letters().await, 0);
        let select = "SELECT avatar_url FROM users WHERE id = ?";
        let row = house.database().query(select).bind(learner).fetch_one().await.unwrap();
        assert_eq!(row.get::<String>("avatar_url").unwrap(), url);
        house.stop().await;
    }

    /// domain 5.1: a database with rows that nobody seeded is refused, and the refusal says what to do.
    async fn rows_of_others_are_left_alone(place: TestDatabase) {
        let house = House::open(place).await;
        let insert = "INSERT INTO companies (id, name, created_at) VALUES (?, 'Ours', 1)";
        house.database().query(insert).bind(vec![1_u8; 16]).execute().await.unwrap();
        let refused = house.running().seed(&tiny(), &Progress::silent()).await.unwrap_err().to_string();
        assert!(refused.contains("`companies` of identity") && refused.contains("seed an empty database"), "{refused}");
        house.stop().await;
    }
}
