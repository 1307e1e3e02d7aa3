//! Who may see and do what (P10, P11, AS-096 to AS-099).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{House, LESSON, POSTER, TEXT, VIDEO, admin, learner, other, text, user};

/// A mutation, its entity and its input.
type Case = (&'static str, &'static str, Value);

kit_testing::on_each_database! {
    /// P10: whoever is not signed in changes nothing, and what is for `media:write` is for its holders alone.
    async fn every_mutation_knows_who_may(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), TEXT).await;
        let upload = house.announce(&learner(), TEXT).await;
        let mut owned = TEXT.input();
        owned["ownerId"] = json!(LESSON);
        let cases: [(Case, bool); 7] = [
            (("createUpload", "upload { id }", TEXT.input()), false),
            (("createUpload", "upload { id }", owned), true),
            (("completeUpload", "file { id }", json!({ "uploadId": upload["id"] })), false),
            (("setAvatar", "user { id }", json!({ "fileId": file })), false),
            (("createDownload", "ticket { url }", json!({ "fileId": file })), false),
            (("attachMedia", "file { id }", json!({ "fileId": file, "ownerId": LESSON })), true),
            (("deleteMediaFile", "file { id }", json!({ "fileId": file })), false),
        ];
        for ((mutation, entity, input), needs_scope) in cases {
            let told = house.published().await;
            let reply = house.change(&Viewer::anonymous(), mutation, entity, input.clone()).await;
            assert_eq!(reply.codes(), ["UNAUTHENTICATED"], "{mutation}: {}", reply.body);
            if needs_scope {
                for viewer in [learner(), other()] {
                    let reply = house.change(&viewer, mutation, entity, input.clone()).await;
                    assert_eq!(reply.codes(), ["FORBIDDEN"], "{mutation}: {}", reply.body);
                }
            }
            assert_eq!(house.published().await, told, "{mutation} refused and told of");
            let viewer = if needs_scope { admin() } else { learner() };
            let reply = house.change(&viewer, mutation, entity, input).await;
            assert!(reply.codes().is_empty(), "{mutation}: {}", reply.body);
        }
        house.stop().await;
    }

    /// AS-097, OW-18, FED-29: what is someone else's is neither changed nor fetched, and not even there for who may not read it; `media:write` does.
    async fn files_and_uploads_are_their_senders(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), POSTER).await;
        let upload = house.announce(&learner(), TEXT).await;
        let told = house.published().await;
        let cases: [(Case, &str); 4] = [
            (("completeUpload", "file { id }", json!({ "uploadId": upload["id"] })), "NOT_FOUND"),
            (("deleteMediaFile", "file { id }", json!({ "fileId": file })), "NOT_FOUND"),
            (("setAvatar", "user { id }", json!({ "fileId": file })), "NOT_FOUND"),
            (("createDownload", "ticket { url }", json!({ "fileId": file })), "NOT_FOUND"),
        ];
        for ((mutation, entity, input), code) in cases {
            let reply = house.change(&other(), mutation, entity, input).await;
            assert_eq!(reply.user_error(mutation), code, "{mutation}: {}", reply.body);
        }
        assert_eq!(house.published().await, told);
        let marked = format!("&sub={}*&", user(&admin()));
        assert!(house.address(&admin(), &file).await.contains(&marked), "an administrator may have every file");
        let reply = house.delete(&admin(), &file).await;
        assert_eq!(reply.data("/deleteMediaFile/file/status"), "DELETED", "{}", reply.body);
        assert_eq!(house.usage(&learner()).await, (10, 1), "its sender has the place back");
        house.stop().await;
    }

    /// P11: a file is seen by its sender, by `media:write`, and by those who may play what it belongs to.
    async fn a_file_is_seen_by_whom_it_is_for(place: TestDatabase) {
        let house = House::open(place).await;
        let (own, film) = (house.keep(&learner(), TEXT).await, house.film_of(LESSON).await);
        house.enroll(&learner(), "PURCHASE").await;
        let seen = async |viewer: &Viewer, file: &str| {
            let entity = house.entities(viewer, "MediaFile", [json!({ "id": file })], "{ fileName }").await;
            let reply = house.ask(viewer, &format!("{{ mediaFile(id: \"{file}\") {{ fileName }} }}")).await;
            assert!(viewer.user.is_some() || reply.codes() == ["UNAUTHENTICATED"], "{}", reply.body);
            assert!(viewer.user.is_none() || entity[0] == *reply.data("/mediaFile"), "{entity:?} {}", reply.body);
            !entity[0].is_null()
        };
        for (viewer, sees_own, sees_film) in [
            (Viewer::anonymous(), false, false), (other(), false, false), (learner(), true, true), (admin(), true, true),
        ] {
            assert_eq!(seen(&viewer, &own).await, sees_own, "{viewer:?}");
            assert_eq!(seen(&viewer, &film).await, sees_film, "{viewer:?}");
        }
        house.delete(&admin(), &film).await;
        assert!(!seen(&learner(), &film).await, "what is deleted is for its sender and `media:write` alone");
        assert!(seen(&admin(), &film).await);
        house.stop().await;
    }

    /// P11: where a file is stored is for `media:write` alone, its sender included.
    async fn the_path_is_for_holders_of_the_scope(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), TEXT).await;
        let query = format!("{{ mediaFile(id: \"{file}\") {{ path }} }}");
        let reply = house.ask(&learner(), &query).await;
        assert_eq!((reply.codes(), reply.data("/mediaFile/path")), (vec!["FORBIDDEN"], &json!(null)), "{}", reply.body);
        let path = house.ask(&admin(), &query).await.text_at("/mediaFile/path");
        assert_eq!(path, format!("usr/{}/attachment/{file}", user(&learner())), "AS-053");
        house.stop().await;
    }

    /// P11: what a person has sent is theirs to list, and for `media:write`.
    async fn uploads_are_listed_for_their_sender(place: TestDatabase) {
        let house = House::open(place).await;
        house.keep(&learner(), TEXT).await;
        let key = [json!({ "id": user(&learner()) })];
        for (viewer, sees) in [(Viewer::anonymous(), false), (other(), false), (learner(), true), (admin(), true)] {
            let found = house.entities(&viewer, "User", key.clone(), "{ id uploads(first: 9) { totalCount } }").await;
            assert_eq!(found[0]["id"], key[0]["id"]);
            assert_eq!(!found[0]["uploads"].is_null(), sees, "{viewer:?}: {found:?}");
        }
        house.stop().await;
    }

    /// P11: the files of what is not open are for `media:write`; those of what is open are for all, but not their bytes.
    async fn files_of_what_is_not_open_are_not_listed(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(crate::house::HIDDEN).await;
        house.film_of(LESSON).await;
        let files = async |viewer: &Viewer, lesson| {
            let found = house.entities(viewer, "Lesson", [json!({ "id": lesson })], "{ mediaFiles { kind } }").await;
            found[0]["mediaFiles"].as_array().unwrap().len()
        };
        for (viewer, hidden) in [(Viewer::anonymous(), 0), (other(), 0), (learner(), 0), (admin(), 1)] {
            assert_eq!(files(&viewer, crate::house::HIDDEN).await, hidden, "{viewer:?}");
            assert_eq!(files(&viewer, LESSON).await, 1, "{viewer:?}");
        }
        house.stop().await;
    }

    /// AS-149: nothing but what an input names can be set.
    async fn nothing_else_can_be_set(place: TestDatabase) {
        let house = House::open(place).await;
        for (field, value) in [("isPublic", json!(true)), ("storageKey", json!("a")), ("status", json!("READY")), ("uploaderId", json!("usr_1"))] {
            let mut input = VIDEO.input();
            input[field] = value;
            let reply = house.change(&learner(), "createUpload", "upload { id }", input).await;
            assert!(reply.body["data"].is_null() && !reply.body["errors"].is_null(), "{field}: {}", reply.body);
        }
        let upload = house.announce(&learner(), VIDEO).await;
        assert!(text(&upload["id"]).starts_with("upl_"), "P5");
        house.stop().await;
    }
}
