//! Identity's share of the demonstration world.

use http::StatusCode;
use kit_demonstration::{KNOWN_PASSWORD, Outcome, Persona, Profile, Progress, World, WorldKey};
use kit_testing::TestDatabase;

use crate::house::{AccountReply, House};

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
        let body = serde_json::json!({ "email": email, "password": KNOWN_PASSWORD });
        let reply = house.post("/auth/v1/login", &[], body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let form = [("grant_type", "client_credentials"), ("client_id", "partner_demo"), ("client_secret", KNOWN_PASSWORD)];
        let reply = house.partner_token(None, &form).await;
        assert_eq!((reply.status, reply.text("scope").as_str()), (StatusCode::OK, "partner:read"), "{}", reply.body);
        house.stop().await;
        other.stop().await;
    }
}
