//! A large file: its parts go to the bucket, which puts them together (PS-19).

use std::time::Duration;

use http::{Method, StatusCode};
use kit_testing::{S3Fate, TestDatabase};

use super::{Announced, House, MOVIE, long_film, sender, sha256};

kit_testing::on_each_database! {
    /// domain 4.3: UploadPart in any order, a part that is sent again replaces, and the whole is verified.
    async fn a_large_file_goes_to_the_bucket_in_parts(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = long_film();
        let film = Announced { bytes: &bytes, ..MOVIE };
        let upload = house.announce(&sender(), &film).await;
        let parts = upload.0["parts"].as_array().unwrap().clone();
        assert_eq!((parts.len(), upload.headers().len()), (2, 0));
        assert_eq!(house.put(parts[0]["url"].as_str().unwrap(), &[], &bytes[..1_000]).await.0, 403, "another length");
        let (first, second) = bytes.split_at(usize::try_from(parts[0]["byteSize"].as_i64().unwrap()).unwrap());
        let (_, second_tag) = house.put(parts[1]["url"].as_str().unwrap(), &[], second).await;
        assert_eq!(house.put(parts[0]["url"].as_str().unwrap(), &[], &vec![0; first.len()]).await.0, 200);
        let (_, first_tag) = house.put(parts[0]["url"].as_str().unwrap(), &[], first).await;

        let swapped = [(2, second_tag.clone()), (1, first_tag.clone())];
        let short = [(1, first_tag.clone())];
        for told in [None, Some(&swapped[..]), Some(&short[..])] {
            let reply = house.complete(&sender(), &upload, told).await;
            assert_eq!(reply.user_error("completeUpload"), "DIGEST_MISMATCH", "{}", reply.body);
        }
        // Tags may come with or without their quotes.
        let told = [(1, first_tag.trim_matches('"').to_owned()), (2, second_tag)];
        let reply = house.complete(&sender(), &upload, Some(&told)).await;
        let file = reply.data("/completeUpload/file");
        assert_eq!(file["status"], "READY", "{}", reply.body);
        assert_eq!((house.server.objects().len(), house.server.parts_left()), (1, 0));

        let late = house.put(parts[0]["url"].as_str().unwrap(), &[], first).await;
        assert!(late.0 >= 400, "the addresses of its parts are good no more");
        let url = house.download(&sender(), file["id"].as_str().unwrap()).await;
        let whole = house.ask(Method::GET, &url, &[]).await.bytes().await.unwrap();
        assert_eq!(sha256(&whole), sha256(&bytes));
    }

    /// Parts that the store refuses can be told again; an answer that is lost is made up for.
    async fn parts_are_put_together_once_whatever_the_store_answers(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = long_film();
        let upload = house.announce(&sender(), &Announced { bytes: &bytes, ..MOVIE }).await;
        let told = house.put_parts(&upload, &bytes).await;
        house.server.spoil(Method::POST, "uploadId=", 1, S3Fate::Answer(StatusCode::BAD_REQUEST, "<Error><Code>InvalidPart</Code></Error>"));
        let refused = house.complete(&sender(), &upload, Some(&told)).await;
        assert_eq!(refused.user_error("completeUpload"), "DIGEST_MISMATCH", "{}", refused.body);
        house.server.spoil(Method::POST, "uploadId=", 1, S3Fate::CarryOutAndAnswer(StatusCode::INTERNAL_SERVER_ERROR));
        let reply = house.complete(&sender(), &upload, Some(&told)).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "READY", "{}", reply.body);
    }

    /// PS-12: parts that together are another file fail, and leave nothing.
    async fn parts_of_another_file_are_removed(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = long_film();
        let upload = house.announce(&sender(), &Announced { bytes: &bytes, ..MOVIE }).await;
        let mut other = bytes.clone();
        *other.last_mut().unwrap() ^= 1;
        let told = house.put_parts(&upload, &other).await;
        let reply = house.complete(&sender(), &upload, Some(&told)).await;
        assert_eq!(reply.user_error("completeUpload"), "DIGEST_MISMATCH", "{}", reply.body);
        assert_eq!(house.server.objects(), Vec::<String>::new());
        assert!(house.subgraph.published().await.contains(&"media.file.failed.v1".to_owned()));
    }

    /// PS-15: parts of an upload that was left are forgotten by the store; a repeated announcement leaves none of its own.
    async fn parts_that_are_left_are_forgotten(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = long_film();
        let film = Announced { bytes: &bytes, key: Some("once"), ..MOVIE };
        let upload = house.announce(&sender(), &film).await;
        let again = house.announce(&sender(), &film).await;
        assert_eq!(again.id(), upload.id());
        let opened = |method: &str| house.server.requests().iter().filter(|one| one.starts_with(method) && one.contains("upload")).count();
        assert_eq!((opened("POST"), opened("DELETE")), (2, 1));
        house.put_parts(&again, &bytes).await;
        assert_eq!(house.server.parts_left(), 2);
        house.pass(Duration::from_secs(7 * 60 * 60));
        house.subgraph.work().await;
        assert_eq!(opened("DELETE"), 2);
        let late = house.complete(&sender(), &upload, None).await;
        assert_eq!(late.user_error("completeUpload"), "UPLOAD_EXPIRED");
    }
}
