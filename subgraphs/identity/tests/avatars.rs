//! The pictures of people, which media keeps.

use kit_events::Event;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{House, event};

const CONSUMER: &str = "identity.avatars";
const UPDATED: &str = "identity.user.profile_updated.v1";

fn changed(viewer: &Viewer, url: Option<&str>) -> Event {
    let id = viewer.user_id().unwrap();
    let data = json!({ "userId": id, "url": url });
    event("media", "media.avatar.changed.v1", &id.to_string(), data)
}

async fn avatar(house: &House, viewer: &Viewer) -> Value {
    house.graph(viewer, "{ me { avatarUrl } }").await["data"]["me"]["avatarUrl"].clone()
}

kit_testing::on_each_database! {
    /// P13: a picture is set, and taken away, once; whoever shows it elsewhere is told, in the same flow.
    async fn a_picture_follows_what_media_tells(place: TestDatabase) {
        let house = House::open(place).await;
        let lee = house.person("lee").await;
        let url = "https://media.demo.invalid/media/v1/files/fil_1/content";
        house.hear(CONSUMER, &[changed(&lee, Some(url)), changed(&lee, Some(url))]).await;
        assert_eq!(avatar(&house, &lee).await, url);
        assert_eq!(house.published().await, ["identity.user.registered.v1", UPDATED]);
        let told = house.last_event(UPDATED).await;
        assert_eq!((&told["avatarUrl"], &told["version"]), (&json!(url), &json!(2)));
        let flow = kit_events::outbox::flow(house.database(), "flow").await.unwrap();
        assert!(flow.len() == 1 && flow[0].causation_id.is_some(), "{flow:?}");
        house.hear(CONSUMER, &[changed(&lee, None)]).await;
        assert_eq!(avatar(&house, &lee).await, Value::Null);
        house.stop().await;
    }

    /// What is no address on the web is put away, and so is a picture of somebody who is still to come; who has no account
    /// in use any more gets none.
    async fn other_pictures_change_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let (lee, nobody) = (house.person("lee").await, kit_testing::person(7, kit_viewer::Role::Mentee));
        let wrong = ["javascript:alert(1)", "/media/v1/files/fil_1/content", ""];
        let events: Vec<Event> = wrong.iter().map(|url| changed(&lee, Some(url))).collect();
        house.hear(CONSUMER, &events).await;
        house.hear(CONSUMER, &[changed(&nobody, Some("https://demo.invalid/a"))]).await;
        let letters = house.database().query("SELECT COUNT(*) AS n FROM dead_letters").fetch_one().await.unwrap();
        assert_eq!(letters.get::<i64>("n").unwrap(), 4);
        house.database().query("UPDATE users SET status = 'DEACTIVATED'").execute().await.unwrap();
        house.hear(CONSUMER, &[changed(&lee, Some("https://demo.invalid/a"))]).await;
        assert_eq!(avatar(&house, &lee).await, Value::Null);
        assert_eq!(house.published().await, ["identity.user.registered.v1"]);
        house.stop().await;
    }
}
