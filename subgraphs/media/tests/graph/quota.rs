//! What a person may keep (AS-049), also when everything comes at once (AS-153).

use axum::body::Body;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use http::Method;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{House, POSTER, TEXT, VIDEO, admin, learner, request, sha256, text};

const GIBIBYTE: i64 = 1024 * 1024 * 1024;

/// `createUpload` of a film of this size; the code of its user error.
async fn announced(house: &House, viewer: &Viewer, byte_size: i64, number: u32) -> String {
    let mut input: Value = VIDEO.input();
    input["byteSize"] = json!(byte_size);
    input["sha256"] = json!(sha256(&number.to_be_bytes()));
    let reply = house.change(viewer, "createUpload", "upload { id }", input).await;
    assert!(reply.codes().is_empty(), "{}", reply.body);
    reply.user_error("createUpload").to_owned()
}

kit_testing::on_each_database! {
    /// AS-049: of 50 films of one gibibyte at once ten are taken, and not one more.
    async fn fifty_uploads_at_once_stay_below_the_quota(place: TestDatabase) {
        let house = House::open(place).await;
        let viewer = learner();
        let codes = join_all((0..50).map(|number| announced(&house, &viewer, GIBIBYTE, number))).await;
        assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 10, "{codes:?}");
        assert!(codes.iter().all(|code| code.is_empty() || code == "TOO_LARGE"), "{codes:?}");
        assert_eq!(house.usage(&viewer).await, (10 * GIBIBYTE, 10));
        assert_eq!(announced(&house, &admin(), GIBIBYTE, 0).await, "", "the quota of one is not that of another");
        house.stop().await;
    }

    /// AS-049: so many files, however small; what is deleted leaves its place.
    async fn the_number_of_files_is_bounded(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&learner(), TEXT).await;
        house.database().query("UPDATE upload_usage SET files = 500").execute().await.unwrap();
        assert_eq!(announced(&house, &learner(), 10, 0).await, "TOO_LARGE");
        house.delete(&learner(), &file).await;
        assert_eq!(announced(&house, &learner(), 10, 0).await, "");
        assert_eq!(house.usage(&learner()).await, (10, 500));
        house.stop().await;
    }

    /// AS-049: `media:write` keeps as much as it needs.
    async fn holders_of_the_scope_have_no_quota(place: TestDatabase) {
        let house = House::open(place).await;
        for number in 0..12 {
            assert_eq!(announced(&house, &admin(), GIBIBYTE, number).await, "");
        }
        house.stop().await;
    }

    /// AS-049: a file that was deleted while it was awaited is awaited no longer, so that nobody keeps here what does not
    /// count for them.
    async fn what_is_deleted_is_not_received(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let received = house.announce(&learner(), POSTER).await;
        house.put(text(&received["url"]), "image/png", POSTER.bytes).await;
        assert_eq!(house.stored().len(), 1);
        for upload in [&upload, &received] {
            house.delete(&learner(), text(&upload["file"]["id"])).await;
        }
        assert_eq!((house.usage(&learner()).await, house.stored()), ((0, 0), Vec::new()));
        let reply = house.put(text(&upload["url"]), "text/plain", TEXT.bytes).await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (403, &json!("upload-ended")));
        assert_eq!(house.complete(&learner(), &received).await.user_error("completeUpload"), "UPLOAD_EXPIRED");
        assert_eq!(house.stored(), Vec::<std::path::PathBuf>::new());
        house.stop().await;
    }

    /// AS-153: of a file that is completed and deleted at once nothing is left that counts, or that nobody knows of.
    async fn completing_and_deleting_at_once_agree(place: TestDatabase) {
        let house = House::open(place).await;
        let viewer = learner();
        for round in 1..=10 {
            let upload = house.announce(&viewer, TEXT).await;
            house.put(text(&upload["url"]), "text/plain", TEXT.bytes).await;
            let file = text(&upload["file"]["id"]);
            let (completed, deleted) = futures_util::join!(house.complete(&viewer, &upload), house.delete(&viewer, file));
            assert!(completed.codes().is_empty(), "{}", completed.body);
            assert_eq!(deleted.data("/deleteMediaFile/file/status"), "DELETED", "{}", deleted.body);
            assert_eq!(house.usage(&viewer).await, (0, 0));
            let (ready, gone) = (house.told("media.file.ready.v1").await, house.told("media.file.deleted.v1").await);
            assert_eq!((gone.len(), house.stored().len()), (round, ready.len()), "only what was ready waits to be purged");
        }
        house.clock().advance(std::time::Duration::from_secs(7 * 24 * 60 * 60));
        house.work().await;
        assert_eq!(house.stored(), Vec::<std::path::PathBuf>::new());
        house.stop().await;
    }

    /// AS-049, AS-153: what is still coming when its file is deleted is not kept.
    async fn what_is_deleted_while_it_comes_is_not_kept(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let viewer = learner();
        let deleting = house.delete(&viewer, text(&upload["file"]["id"]));
        // The second half is asked for when the first has come, and comes when the file is deleted.
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (deleted, is_deleted) = tokio::sync::oneshot::channel();
        let second = async {
            begun.send(()).unwrap();
            is_deleted.await.unwrap();
            Ok::<_, std::io::Error>(&TEXT.bytes[5..])
        };
        let halves = stream::once(async { Ok(&TEXT.bytes[..5]) }).chain(stream::once(second));
        let headers = [("content-type", "text/plain"), ("content-length", "10")];
        let sending = house.send(request(Method::PUT, text(&upload["url"]), &headers, Body::from_stream(halves)));
        let (reply, ()) = futures_util::join!(sending, async {
            has_begun.await.unwrap();
            deleting.await;
            deleted.send(()).unwrap();
        });
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (403, &json!("upload-ended")));
        assert_eq!((house.stored(), house.usage(&learner()).await), (Vec::new(), (0, 0)));
        house.stop().await;
    }
}
