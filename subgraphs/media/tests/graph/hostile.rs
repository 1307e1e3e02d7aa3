//! Text that is not meant well, and ids of what belongs to others.

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use crate::house::{House, LESSON, POSTER, TEXT, admin, learner, other};

kit_testing::on_each_database! {
    /// OW-02: whatever takes text takes it as text.
    async fn no_text_becomes_part_of_a_statement(place: TestDatabase) {
        let house = House::open(place).await;
        let known = [
            ("ownerId", json!(LESSON)), ("contentType", json!("text/plain")), ("fileName", json!("a.txt")),
            ("sha256", json!("0".repeat(64))),
        ];
        let places = kit_testing::assert_text_stays_text(&house, &(media::SUBGRAPH.sdl)(), &admin(), &known).await;
        assert!(places > 15, "{places}");
        house.stop().await;
    }

    /// FED-05, FED-06, FED-28, FED-29, FED-30, ADV-80, OW-16, OW-18: a file or an upload of someone else's looks as one that is not
    /// there, by whichever way it is asked for and whatever is claimed beside its id.
    async fn ids_of_others_are_those_of_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), POSTER).await;
        let upload = house.announce(&learner(), TEXT).await["id"].as_str().unwrap().to_owned();
        let mutation = |name: &str, field: &str| {
            format!("mutation($id: ID!) {{ {name}(input: {{ {field}: $id }}) {{ userErrors {{ code message path }} }} }}")
        };
        let operations = [
            (&file, "query($id: ID!) { mediaFile(id: $id) { id } }".to_owned()),
            (&file, "query($all: [_Any!]!) { _entities(representations: $all) { ... on MediaFile { id } } }".to_owned()),
            (&file, mutation("createDownload", "fileId")),
            (&file, mutation("deleteMediaFile", "fileId")),
            (&file, mutation("setAvatar", "fileId")),
            (&upload, mutation("completeUpload", "uploadId")),
        ];
        let told = house.published().await;
        for viewer in [Viewer::anonymous(), other()] {
            for (own, operation) in &operations {
                let ask = async |id: &str| {
                    let representation = json!({
                        "__typename": "MediaFile", "id": id, "isPublic": true, "uploaderId": viewer.user_id(),
                        "owner": { "__typename": "Lesson", "id": LESSON },
                    });
                    let reply = house.ask_with(&viewer, operation, json!({ "id": id, "all": [representation] })).await;
                    (reply.body["data"].clone(), reply.codes().join(" "))
                };
                let missing = format!("{}{}", &own[..4], "0".repeat(26));
                assert_eq!(ask(own).await, ask(&missing).await, "{operation} for {viewer:?}");
                for malformed in ["", "1", &own[4..], &format!("{own}0"), &LESSON.to_string(), "../etc/passwd"] {
                    let (data, codes) = ask(malformed).await;
                    assert!(!data.to_string().contains(own.as_str()) && codes != "INTERNAL", "{malformed}: {data} {codes}");
                }
            }
        }
        assert_eq!(house.published().await, told);
        for viewer in [learner(), admin()] {
            let reply = house.ask(&viewer, &format!("{{ mediaFile(id: \"{file}\") {{ id }} }}")).await;
            assert_eq!(reply.text_at("/mediaFile/id"), file);
        }
        house.stop().await;
    }
}
