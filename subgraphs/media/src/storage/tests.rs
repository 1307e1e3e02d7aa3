//! One contract for both stores, and what only a bucket can do to us.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use http::{Method, StatusCode};
use kit_testing::{S3Fate, S3Server};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::domain::Sha256Hash;

const KEY: &str = "les/les_1/video/fil_1.upl_1";
const IMPATIENT: Patience =
    Patience { connect: Duration::from_millis(500), silence: Duration::from_secs(1), retries: Duration::from_secs(2) };

/// A store, and what goes with it.
enum Place {
    Folder { storage: Storage, _folder: TempDir },
    Bucket { storage: Storage, server: S3Server },
}

impl Place {
    fn storage(&self) -> &Storage {
        match self {
            Self::Folder { storage, .. } | Self::Bucket { storage, .. } => storage,
        }
    }
}

fn folder() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place::Folder { storage: Storage::folder(folder.path()).unwrap(), _folder: folder }
}

async fn opened(server: &S3Server) -> Storage {
    Storage::bucket(&settings(server), &IMPATIENT).await.unwrap()
}

fn settings(server: &S3Server) -> BucketSettings {
    serde_json::from_value(options(server)).unwrap()
}

/// The bucket, as the options of media name it.
fn options(server: &S3Server) -> serde_json::Value {
    let credentials: BTreeMap<_, _> = S3Server::credentials().into();
    json!({ "endpoint": server.endpoint(), "bucket": S3Server::BUCKET, "credentials": credentials })
}

async fn bucket() -> Place {
    let server = S3Server::start();
    Place::Bucket { storage: opened(&server).await, server }
}

/// Runs a test on a folder and on a bucket.
macro_rules! on_each_store {
    ($($(#[$attribute:meta])* async fn $name:ident($place:ident: &Place) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn test($place: &Place) $body

            #[tokio::test(flavor = "multi_thread")]
            $(#[$attribute])*
            async fn on_a_folder() {
                test(&folder()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_a_bucket() {
                test(&bucket().await).await;
            }
        }
    )+};
}

/// Bytes of which no two blocks are the same.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|place| u8::try_from((place / 251 + place) % 256).unwrap()).collect()
}

async fn write(storage: &Storage, key: &str, bytes: &[u8]) -> Result<Received, StorageError> {
    let mut receiving = storage.begin(key);
    // In pieces that fit no block.
    for piece in bytes.chunks(1_000_003) {
        receiving.write(&Bytes::copy_from_slice(piece)).await?;
    }
    receiving.finish().await
}

async fn read(storage: &Storage, key: &str, range: std::ops::Range<u64>) -> Vec<u8> {
    let blocks: Vec<Bytes> = storage.read(key, range).await.unwrap().try_collect().await.unwrap();
    blocks.concat()
}

fn hash(bytes: &[u8]) -> Sha256Hash {
    use sha2::Digest;
    Sha256Hash(sha2::Sha256::digest(bytes).into())
}

on_each_store! {
    /// domain 4.3: what is written is what is read, in whole and in ranges, in one piece and in many.
    async fn bytes_come_back_as_they_went(place: &Place) {
        let storage = place.storage();
        for (number, count) in [0, 1, 4_096, 1024 * 1024, 9 * 1024 * 1024 + 1, 16 * 1024 * 1024].into_iter().enumerate() {
            let (key, bytes) = (format!("usr/u/{number}"), bytes(count));
            let received = write(storage, &key, &bytes).await.unwrap();
            assert_eq!(received.sha256, hash(&bytes), "{count}");
            assert_eq!(received, storage.examine(&key).await.unwrap());
            let size = u64::try_from(count).unwrap();
            assert_eq!(storage.byte_size(&key).await.unwrap(), Some(size));
            assert_eq!(read(storage, &key, 0..size).await, bytes);
            for range in [0..0, 0..size.min(1), size / 2..size, size / 3..size / 2, size.saturating_sub(1)..size] {
                let expected = &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
                assert_eq!(read(storage, &key, range.clone()).await, expected, "{range:?} of {count}");
            }
        }
    }

    /// PS-13, PS-14: a key is written once, in one piece or in many.
    async fn an_object_is_never_changed(place: &Place) {
        let storage = place.storage();
        for size in [10, 9 * 1024 * 1024] {
            let (key, first) = (format!("usr/u/{size}"), bytes(size));
            write(storage, &key, &first).await.unwrap();
            let refused = write(storage, &key, &vec![7; size]).await.unwrap_err();
            assert!(refused.is_taken(), "{refused}");
            assert_eq!(storage.examine(&key).await.unwrap().sha256, hash(&first));
            // What describes itself by its key is the same, and may be written again.
            storage.write_whole(&key, &first).await.unwrap();
        }
        assert_eq!(storage.keys_in("usr/u").await.unwrap().len(), 2);
    }

    /// PS-11, PS-15: what is left in the middle never shows, and leaves nothing.
    async fn what_is_left_in_the_middle_is_gone(place: &Place) {
        let storage = place.storage();
        for is_abandoned in [true, false] {
            let mut receiving = storage.begin(KEY);
            receiving.write(&Bytes::from(bytes(9 * 1024 * 1024))).await.unwrap();
            assert_eq!(storage.byte_size(KEY).await.unwrap(), None, "it shows before it is finished");
            if is_abandoned { receiving.abandon().await } else { drop(receiving) }
        }
        let begin = Instant::now();
        while let Place::Bucket { server, .. } = place
            && server.requests().iter().filter(|one| one.starts_with("DELETE")).count() < 2
        {
            assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", server.requests());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(storage.keys_in("les").await.unwrap(), Vec::<String>::new());
        // The key is free still.
        write(storage, KEY, b"whole").await.unwrap();
    }

    /// domain 3.4: what is not there is no error to remove, and one that says so to read.
    async fn what_is_missing_is_said_to_be(place: &Place) {
        let storage = place.storage();
        assert_eq!(storage.byte_size(KEY).await.unwrap(), None);
        assert!(storage.read(KEY, 0..1).await.err().unwrap().is_missing());
        assert!(storage.examine(KEY).await.unwrap_err().is_missing());
        assert!(storage.copy(KEY, "usr/copy").await.unwrap_err().is_missing());
        storage.remove(KEY).await.unwrap();
        assert_eq!(storage.keys_in("les/les_1").await.unwrap(), Vec::<String>::new());
    }

    /// domain 3.4: objects are listed by folder, copied and removed.
    async fn objects_are_listed_copied_and_removed(place: &Place) {
        let storage = place.storage();
        for key in ["les/a/video/one", "les/a/video/two", "les/ab/video/three"] {
            write(storage, key, key.as_bytes()).await.unwrap();
        }
        storage.copy("les/a/video/one", "les/a/poster/four").await.unwrap();
        let mut found = storage.keys_in("les/a").await.unwrap();
        found.sort();
        assert_eq!(found, ["les/a/poster/four", "les/a/video/one", "les/a/video/two"]);
        storage.remove("les/a/video/one").await.unwrap();
        storage.remove("les/a/video/one").await.unwrap();
        assert_eq!(storage.first_bytes("les/a/poster/four", 5).await.unwrap(), "les/a");
        assert!(storage.read("les/a/video/one", 0..1).await.err().unwrap().is_missing());
    }
}

/// A store that fails for a moment is asked again; writing and reading go on.
#[tokio::test]
async fn a_store_that_stumbles_is_asked_again() {
    let server = S3Server::start();
    let storage = opened(&server).await;
    server.spoil(Method::PUT, "", 1, S3Fate::Answer(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"));
    let whole = bytes(9 * 1024 * 1024);
    write(&storage, KEY, &whole).await.unwrap();
    server.spoil(Method::GET, "", 1, S3Fate::Answer(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"));
    server.spoil(Method::GET, "", 1, S3Fate::Silence);
    assert_eq!(read(&storage, KEY, 0..9 * 1024 * 1024).await, whole);
}

/// An answer that is lost when the object is there is none that failed.
#[tokio::test]
async fn a_lost_answer_to_the_last_request_is_made_up_for() {
    let server = S3Server::start();
    let storage = opened(&server).await;
    server.spoil(Method::POST, "uploadId=", 1, S3Fate::CarryOutAndAnswer(StatusCode::INTERNAL_SERVER_ERROR));
    let whole = bytes(9 * 1024 * 1024);
    write(&storage, KEY, &whole).await.unwrap();
    assert_eq!(storage.examine(KEY).await.unwrap().sha256, hash(&whole));
}

/// A store that is silent, and one that is not there, are errors in time, with what to do.
#[tokio::test]
async fn a_store_that_is_gone_is_an_error_in_time() {
    let server = S3Server::start();
    let storage = opened(&server).await;
    write(&storage, KEY, b"whole").await.unwrap();
    server.spoil(Method::GET, "", usize::MAX, S3Fate::Silence);
    server.spoil(Method::PUT, "", usize::MAX, S3Fate::Silence);
    let begin = Instant::now();
    let silent = storage.read(KEY, 0..1).await.err().unwrap().to_string();
    let unwritten = write(&storage, "usr/u/1", b"x").await.unwrap_err().to_string();
    drop(server);
    let gone = storage.read(KEY, 0..1).await.err().unwrap().to_string();
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
    for error in [&silent, &unwritten, &gone] {
        assert!(error.contains("remedy: see that the store runs") && !error.contains(S3Server::SECRET), "{error}");
    }
}

/// Bytes that stop in the middle break the reading off: it never ends early in silence.
#[tokio::test]
async fn a_store_that_dies_while_it_is_read_breaks_the_reading_off() {
    let server = S3Server::start();
    let storage = opened(&server).await;
    write(&storage, KEY, &bytes(32 * 1024 * 1024)).await.unwrap();
    let mut reading = storage.read(KEY, 0..32 * 1024 * 1024).await.unwrap();
    reading.try_next().await.unwrap().unwrap();
    drop(server);
    let rest: Result<Vec<Bytes>, _> = reading.try_collect().await;
    assert!(rest.is_err());
}

/// Wrong credentials, and a bucket that is not there, are refused when the service starts.
#[tokio::test]
async fn a_store_that_refuses_us_is_named_with_the_remedy() {
    let server = S3Server::start();
    let with = |name: &str, value: serde_json::Value| {
        let mut options = options(&server);
        options[name] = value;
        serde_json::from_value::<BucketSettings>(options).unwrap()
    };
    let wrong_secret = json!({ "AWS_ACCESS_KEY_ID": S3Server::KEY_ID, "AWS_SECRET_ACCESS_KEY": "wrong" });
    let wrong_key = json!({ "AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": S3Server::SECRET });
    let half = json!({ "AWS_ACCESS_KEY_ID": S3Server::KEY_ID });
    for (settings, remedy) in [
        (with("credentials", wrong_secret), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (with("credentials", wrong_key), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (with("credentials", half), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (with("bucket", json!("another")), "create the bucket that media.storage.s3.bucket names"),
        (with("endpoint", json!("http://127.0.0.1:1")), "see that the store runs"),
        (with("endpoint", json!("ftp://127.0.0.1")), "write media.storage.s3.endpoint like https://s3.example.com"),
        (with("publicEndpoint", json!("store")), "write media.storage.s3.public_endpoint like https://s3.example.com"),
    ] {
        let error = Storage::bucket(&settings, &IMPATIENT).await.unwrap_err().to_string();
        assert!(error.contains(remedy), "{error}");
        assert!(!error.contains(S3Server::SECRET) && !format!("{settings:?}").contains(S3Server::SECRET), "{error}");
    }
}

/// Credentials of a machine or a role come from where Amazon puts them; here nobody answers for a token that is there.
#[tokio::test]
async fn a_role_is_asked_for_its_credentials() {
    let server = S3Server::start();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "a token that no log may show").unwrap();
    let mut options = options(&server);
    options["credentials"] = json!({
        "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/lyceum",
        "AWS_ENDPOINT_URL_STS": "https://127.0.0.1:1",
    });
    let settings: BucketSettings = serde_json::from_value(options).unwrap();
    let error = Storage::bucket(&settings, &IMPATIENT).await.unwrap_err().to_string();
    assert!(error.contains("remedy") && !error.contains("no log"), "{error}");
    assert!(server.requests().is_empty(), "the bucket was asked without credentials");
}

/// domain 4.3: a store that has its buckets before its host name takes and gives by addresses of that kind.
#[tokio::test]
async fn a_bucket_before_the_host_takes_and_gives() {
    let server = S3Server::start_before("store.example");
    let mut options = options(&server);
    options["endpoint"] = json!(format!("http://store.example:{}", server.address().port()));
    options["pathStyle"] = json!(false);
    let bucket = Bucket::open(&serde_json::from_value(options).unwrap(), &IMPATIENT).unwrap();
    let client = reqwest::Client::builder()
        .resolve(&format!("{}.store.example", S3Server::BUCKET), server.address())
        .build()
        .unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let lifetime = Lifetime { now, end: now + 60 };
    let announced = Announcement { content_type: "text/plain", byte_size: 5, sha256: hash(b"hello") };
    let (url, headers) = bucket.sending(KEY, announced, lifetime).await.unwrap();
    let request = headers.iter().fold(client.put(url), |request, (name, value)| request.header(name, value));
    assert_eq!(request.body("hello").send().await.unwrap().status(), StatusCode::OK);
    let served = Served { content_type: "text/plain".to_owned(), content_disposition: "inline".to_owned() };
    let url = bucket.reading(KEY, &served, lifetime).await.unwrap();
    assert_eq!(client.get(url).send().await.unwrap().text().await.unwrap(), "hello");
    assert_eq!(server.objects(), [KEY]);
}
