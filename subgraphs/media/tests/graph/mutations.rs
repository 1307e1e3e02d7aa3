//! Each mutation's payload: what it holds, each refusal as data, and a request that comes twice (P7, P8, domain.md 7.1).

use std::time::Duration;

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{FILM, House, LESSON, POSTER, Sending, TEXT, VIDEO, admin, learner, other, sha256, text, user};

const MISSING_FILE: &str = "fil_00000000000000000000000000";
const MISSING_UPLOAD: &str = "upl_00000000000000000000000000";
const MISSING_LESSON: &str = "les_00000000000000000000000000";
const MEBIBYTE: i64 = 1024 * 1024;

/// A mutation of a viewer that is refused with a code at a field.
async fn refused(house: &House, viewer: &Viewer, mutation: &str, input: Value, code: &str, field: Option<&str>) {
    let entity = match mutation {
        "createUpload" => "upload",
        "setAvatar" => "user",
        "createDownload" => "ticket",
        _ => "file",
    };
    let selection = if entity == "ticket" { "ticket { url }".to_owned() } else { format!("{entity} {{ id }}") };
    let reply = house.change(viewer, mutation, &selection, input.clone()).await;
    assert_eq!(reply.user_error(mutation), code, "{mutation} {input}: {}", reply.body);
    assert!(reply.data(&format!("/{mutation}/{entity}")).is_null(), "{mutation} {input}");
    let path = field.map(|field| json!(["input", field]));
    let told = reply.data(&format!("/{mutation}/userErrors/0/path"));
    assert_eq!(path.as_ref().unwrap_or(&Value::Null), told, "{mutation} {input}");
}

kit_testing::on_each_database! {
    /// P7, S0-FILE-1: from the announcement to the address to fetch it from.
    async fn a_file_is_announced_sent_completed_attached_and_fetched(place: TestDatabase) {
        let house = House::open(place).await;
        let mut input = VIDEO.input();
        input["clientMutationId"] = json!("mine");
        let upload = "upload { id method url expiresAt maxBytes headers { name value } parts { number } file { id status sha256 owner { id } } }";
        let reply = house.change(&admin(), "createUpload", upload, input).await;
        let (id, file) = (reply.text_at("/createUpload/upload/id"), reply.text_at("/createUpload/upload/file/id"));
        let url = reply.text_at("/createUpload/upload/url");
        let payload = json!({
            "upload": {
                "id": id, "method": "PUT", "url": url, "expiresAt": "2026-06-01T00:15:00.000Z", "maxBytes": FILM.len(),
                "headers": [{ "name": "content-type", "value": "video/mp4" }], "parts": [],
                "file": { "id": file, "status": "PENDING", "sha256": null, "owner": null },
            },
            "userErrors": [], "clientMutationId": "mine",
        });
        assert_eq!(*reply.data("/createUpload"), payload);

        assert_eq!(house.put(&url, "video/mp4", FILM).await.status, 201);
        let completed = house.complete(&admin(), &json!({ "id": id })).await;
        let ready = json!({ "id": file, "status": "READY", "sha256": sha256(FILM), "durationSeconds": 12 });
        assert_eq!(*completed.data("/completeUpload/file"), ready, "{}", completed.body);

        let attached = house.attach(&file, LESSON).await;
        assert_eq!(*attached.data("/attachMedia/file"), json!({ "id": file, "owner": { "id": LESSON } }), "{}", attached.body);

        let ticket = "ticket { url expiresAt protocol contentType byteSize file { id } }";
        let issued = house.change(&admin(), "createDownload", ticket, json!({ "fileId": file })).await;
        let url = issued.text_at("/createDownload/ticket/url");
        let expected = json!({
            "url": url, "expiresAt": "2026-06-01T00:10:00.000Z", "protocol": "PROGRESSIVE", "contentType": "video/mp4",
            "byteSize": FILM.len(), "file": { "id": file },
        });
        assert_eq!(*issued.data("/createDownload/ticket"), expected, "{}", issued.body);
        assert_eq!(&house.get(&url, &[]).await.bytes[..], FILM);

        let deleted = house.delete(&admin(), &file).await;
        assert_eq!(*deleted.data("/deleteMediaFile/file"), json!({ "id": file, "status": "DELETED" }), "{}", deleted.body);
        house.stop().await;
    }

    async fn a_picture_becomes_an_avatar(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), POSTER).await;
        let reply = house.change(&learner(), "setAvatar", "user { id }", json!({ "fileId": file, "clientMutationId": "a" })).await;
        let payload = json!({ "user": { "id": user(&learner()) }, "userErrors": [], "clientMutationId": "a" });
        assert_eq!(*reply.data("/setAvatar"), payload, "{}", reply.body);
        house.stop().await;
    }

    /// domain.md 7.1: each user error, at its field; nothing is kept and nothing is told.
    async fn each_refusal_is_data_and_changes_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let (pdf, film) = (house.keep(&learner(), TEXT).await, house.film_of(LESSON).await);
        let (theirs, done) = (house.keep(&other(), POSTER).await, house.announce(&learner(), POSTER).await);
        house.put(text(&done["url"]), "image/png", POSTER.bytes).await;
        house.complete(&learner(), &done).await;
        let shown = house.keep(&other(), POSTER).await;
        house.change(&other(), "setAvatar", "user { id }", json!({ "fileId": shown })).await;
        let (pending, overdue) = (house.announce(&learner(), TEXT).await, house.announce(&learner(), POSTER).await);
        let told = house.published().await;
        let with = |sending: Sending<'_>, changes: Value| {
            let mut input = sending.input();
            changes.as_object().unwrap().iter().for_each(|(name, value)| input[name] = value.clone());
            input
        };
        let cases = [
            (learner(), "createUpload", with(TEXT, json!({ "contentType": "text/html" })), "TYPE_NOT_ALLOWED", Some("contentType")),
            (learner(), "createUpload", with(TEXT, json!({ "contentType": "image/svg+xml" })), "TYPE_NOT_ALLOWED", Some("contentType")),
            (learner(), "createUpload", with(TEXT, json!({ "kind": "VIDEO" })), "TYPE_NOT_ALLOWED", Some("contentType")),
            (learner(), "createUpload", with(TEXT, json!({ "byteSize": 100 * MEBIBYTE + 1 })), "TOO_LARGE", Some("byteSize")),
            (learner(), "completeUpload", json!({ "uploadId": MISSING_UPLOAD }), "NOT_FOUND", Some("uploadId")),
            (other(), "completeUpload", json!({ "uploadId": pending["id"] }), "NOT_FOUND", Some("uploadId")),
            (learner(), "completeUpload", json!({ "uploadId": pending["id"] }), "DIGEST_MISMATCH", Some("uploadId")),
            (learner(), "completeUpload", json!({ "uploadId": done["id"] }), "ALREADY_COMPLETED", Some("uploadId")),
            (learner(), "deleteMediaFile", json!({ "fileId": MISSING_FILE }), "NOT_FOUND", Some("fileId")),
            (learner(), "deleteMediaFile", json!({ "fileId": theirs }), "NOT_FOUND", Some("fileId")),
            (admin(), "attachMedia", json!({ "fileId": MISSING_FILE, "ownerId": LESSON }), "NOT_FOUND", Some("fileId")),
            (admin(), "attachMedia", json!({ "fileId": pending["file"]["id"], "ownerId": LESSON }), "NOT_FOUND", Some("fileId")),
            (admin(), "attachMedia", json!({ "fileId": pdf, "ownerId": MISSING_LESSON }), "NOT_FOUND", Some("ownerId")),
            (admin(), "attachMedia", json!({ "fileId": pdf, "ownerId": "mov_00000000000000000000000000" }), "NOT_FOUND", Some("ownerId")),
            (learner(), "setAvatar", json!({ "fileId": MISSING_FILE }), "NOT_FOUND", Some("fileId")),
            (learner(), "setAvatar", json!({ "fileId": theirs }), "NOT_FOUND", Some("fileId")),
            (learner(), "deleteMediaFile", json!({ "fileId": shown }), "NOT_OWNER", Some("fileId")),
            (learner(), "setAvatar", json!({ "fileId": shown }), "NOT_OWNER", Some("fileId")),
            (learner(), "setAvatar", json!({ "fileId": pdf }), "TYPE_NOT_ALLOWED", Some("fileId")),
            (learner(), "createDownload", json!({ "fileId": MISSING_FILE }), "NOT_FOUND", Some("fileId")),
            (learner(), "createDownload", json!({ "fileId": film }), "NOT_FOUND", Some("fileId")),
            (learner(), "createDownload", json!({ "fileId": pending["file"]["id"] }), "NOT_FOUND", Some("fileId")),
        ];
        for (viewer, mutation, input, code, field) in cases {
            refused(&house, &viewer, mutation, input, code, field).await;
        }
        house.clock().advance(Duration::from_secs(15 * 60));
        refused(&house, &learner(), "completeUpload", json!({ "uploadId": overdue["id"] }), "UPLOAD_EXPIRED", Some("uploadId")).await;
        assert_eq!(house.published().await, told);
        house.stop().await;
    }

    /// P8: what is no request at all is an error of the request, with a remedy.
    async fn what_cannot_be_meant_is_refused_as_a_whole(place: TestDatabase) {
        let house = House::open(place).await;
        for (field, value) in [
            ("byteSize", json!(0)), ("byteSize", json!(-1)), ("byteSize", json!(9_007_199_254_740_992_i64)), ("sha256", json!("abc")),
            ("fileName", json!("")), ("fileName", json!("a\r\nSet-Cookie: b")), ("fileName", json!("..")),
            ("fileName", json!("x".repeat(121))), ("idempotencyKey", json!("")), ("idempotencyKey", json!("k".repeat(129))),
            ("ownerId", json!("crs_00000000000000000000000000")),
        ] {
            let mut input = TEXT.input();
            input[field] = value.clone();
            let reply = house.change(&learner(), "createUpload", "upload { id }", input).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{field} {value}: {}", reply.body);
        }
        assert_eq!(house.usage(&learner()).await, (0, 0));
        house.stop().await;
    }

    /// P7: the same key and input act once and answer alike; the same key with another input is refused; another person's
    /// key is another key.
    async fn a_repeated_request_acts_once(place: TestDatabase) {
        let house = House::open(place).await;
        let mut input = TEXT.input();
        input["idempotencyKey"] = json!("k1");
        let create = async |viewer: &Viewer, input: &Value| {
            house.change(viewer, "createUpload", "upload { id url expiresAt file { id } }", input.clone()).await.body
        };
        let first = create(&learner(), &input).await;
        house.clock().advance(Duration::from_secs(60));
        assert_eq!(create(&learner(), &input).await, first, "the same address, and the same end of it");
        assert_ne!(create(&other(), &input).await["data"]["createUpload"]["upload"]["id"], first["data"]["createUpload"]["upload"]["id"]);
        assert_eq!(house.usage(&learner()).await, (10, 1));
        input["fileName"] = json!("other.txt");
        refused(&house, &learner(), "createUpload", input, "IDEMPOTENCY_CONFLICT", Some("idempotencyKey")).await;

        let (file, another) = (house.keep(&learner(), TEXT).await, house.keep(&learner(), TEXT).await);
        let mut input = json!({ "fileId": file, "idempotencyKey": "k2" });
        for _ in 0..2 {
            let reply = house.change(&learner(), "createDownload", "ticket { url }", input.clone()).await;
            assert_eq!(house.get(&reply.text_at("/createDownload/ticket/url"), &[]).await.status, 200);
        }
        assert_eq!(house.told("media.stream.issued.v1").await.len(), 1);
        input["fileId"] = json!(another);
        refused(&house, &learner(), "createDownload", input, "IDEMPOTENCY_CONFLICT", Some("idempotencyKey")).await;
        house.stop().await;
    }

    /// P7: mutations without a key may be sent again, too: they change nothing the second time, and say so.
    async fn what_is_said_again_changes_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&admin(), VIDEO).await;
        house.put(text(&upload["url"]), "video/mp4", FILM).await;
        let file = house.complete(&admin(), &upload).await.text_at("/completeUpload/file/id");
        refused(&house, &admin(), "completeUpload", json!({ "uploadId": upload["id"] }), "ALREADY_COMPLETED", Some("uploadId")).await;
        for _ in 0..2 {
            assert_eq!(house.attach(&file, LESSON).await.user_error("attachMedia"), "");
        }
        for _ in 0..2 {
            assert_eq!(house.delete(&admin(), &file).await.data("/deleteMediaFile/file/status"), "DELETED");
        }
        let expected = ["media.file.ready.v1", "media.file.ready.v1", "media.file.deleted.v1"];
        assert_eq!(house.published().await, expected);
        assert_eq!(house.usage(&admin()).await, (0, 0));
        house.stop().await;
    }

    /// domain.md 3.4: a picture of a lesson is no avatar.
    async fn what_belongs_to_something_is_no_avatar(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&admin(), POSTER).await;
        house.attach(&file, LESSON).await;
        refused(&house, &admin(), "setAvatar", json!({ "fileId": file }), "TYPE_NOT_ALLOWED", Some("fileId")).await;
        house.stop().await;
    }
}
