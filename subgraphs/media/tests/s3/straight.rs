//! A file in one piece: from its sender to the bucket, and from there to whoever may have it.

use std::time::Duration;

use http::Method;
use kit_testing::{S3Server, TestDatabase};
use serde_json::json;

use super::{FILM, House, MOVIE, keeper, sender, sha256};

kit_testing::on_each_database! {
    /// domain 4.3: client goes straight to storage; `completeUpload` verifies, and only then is it ready.
    async fn a_file_goes_straight_to_the_bucket_and_back(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        assert!(upload.url().starts_with(&format!("{}/lyceum-files/incoming/usr/", house.server.endpoint())));
        assert_eq!((upload.0["method"].as_str(), &upload.0["parts"]), (Some("PUT"), &json!([])));
        let early = house.complete(&sender(), &upload, None).await;
        assert_eq!(early.user_error("completeUpload"), "DIGEST_MISMATCH", "nothing has come");
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200);

        let reply = house.complete(&sender(), &upload, None).await;
        let file = reply.data("/completeUpload/file");
        assert_eq!((&file["status"], &file["sha256"]), (&json!("READY"), &json!(sha256(FILM))), "{}", reply.body);
        assert_eq!(file["durationSeconds"], 12);
        let objects = house.server.objects();
        assert!(objects.len() == 1 && objects[0].starts_with("usr/"), "{objects:?}");
        let again = house.complete(&sender(), &upload, None).await;
        assert_eq!(again.user_error("completeUpload"), "ALREADY_COMPLETED");

        let url = house.download(&sender(), file["id"].as_str().unwrap()).await;
        assert!(url.starts_with(&format!("{}/lyceum-files/{}", house.server.endpoint(), objects[0])), "{url}");
        assert!(!url.contains(S3Server::SECRET));
        let whole = house.ask(Method::GET, &url, &[]).await;
        assert_eq!((whole.status().as_u16(), whole.bytes().await.unwrap().as_ref()), (200, FILM));
        for (range, expected) in [("bytes=0-9", &FILM[..10]), ("bytes=-5", &FILM[FILM.len() - 5..]), ("bytes=1000-", &FILM[1_000..])] {
            let part = house.ask(Method::GET, &url, &[("range", range)]).await;
            assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().as_ref()), (206, expected), "{range}");
        }
    }

    /// PS-13: who still has the address may send something again; what was verified stays what it is.
    async fn what_was_verified_cannot_be_changed_by_its_sender(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200);
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 412, "it is there");
        let reply = house.complete(&sender(), &upload, None).await;
        let object = house.server.objects().pop().unwrap();
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200, "another object");
        assert!(house.server.objects().contains(&object));
        house.server.overwrite(house.server.objects().iter().find(|one| one.starts_with("incoming/")).unwrap(), b"evil");
        let url = house.download(&sender(), &reply.text_at("/completeUpload/file/id")).await;
        assert_eq!(house.ask(Method::GET, &url, &[]).await.bytes().await.unwrap().as_ref(), FILM);
    }

    /// PS-15: what never came is given up, and so is what came and was never completed.
    async fn an_upload_that_is_left_is_cleared_away(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200);
        house.pass(Duration::from_secs(16 * 60));
        house.subgraph.work().await;
        assert_eq!(house.server.objects(), Vec::<String>::new());
        let late = house.complete(&sender(), &upload, None).await;
        assert_eq!(late.user_error("completeUpload"), "UPLOAD_EXPIRED");
        assert!(house.subgraph.published().await.contains(&"media.file.failed.v1".to_owned()));
    }

    /// domain 3.4: deleted at once, purged after seven days.
    async fn a_deleted_file_leaves_the_bucket_after_seven_days(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.ready(&sender(), &MOVIE).await;
        let deleted = house.subgraph.change(&sender(), "deleteMediaFile", "file { status }", json!({ "fileId": file })).await;
        assert_eq!(deleted.data("/deleteMediaFile/file/status"), "DELETED");
        let download = house.subgraph.change(&keeper(), "createDownload", "ticket { url }", json!({ "fileId": file })).await;
        assert_eq!(download.user_error("createDownload"), "NOT_FOUND");
        house.subgraph.work().await;
        assert_eq!(house.server.objects().len(), 1);
        house.pass(Duration::from_secs(7 * 24 * 60 * 60 + 1));
        house.subgraph.work().await;
        assert_eq!(house.server.objects(), Vec::<String>::new());
    }
}
