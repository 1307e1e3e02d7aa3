//! Published vectors, and the addresses that are given out.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::storage::{BucketSettings, Patience};

const LIFETIME: Lifetime = Lifetime { now: 1_369_353_600, end: 1_369_353_600 + 86_400 };

fn bucket(options: serde_json::Value) -> Bucket {
    let mut options = options;
    options["credentials"] = json!({
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": options["token"],
    });
    let is_lent = options["token"].is_string();
    options.as_object_mut().unwrap().remove("token");
    if !is_lent {
        options["credentials"].as_object_mut().unwrap().remove("AWS_SESSION_TOKEN");
    }
    let settings: BucketSettings = serde_json::from_value(options).unwrap();
    Bucket::open(&settings, &Patience::default()).unwrap()
}

fn amazon() -> Bucket {
    bucket(json!({ "bucket": "examplebucket", "endpoint": "https://s3.amazonaws.com", "pathStyle": false }))
}

fn announced() -> Announcement<'static> {
    Announcement { content_type: "video/mp4", byte_size: 5, sha256: Sha256Hash([7; 32]) }
}

fn served() -> Served {
    Served { content_type: "video/mp4".to_owned(), content_disposition: "attachment; filename=\"a b.mp4\"".to_owned() }
}

fn parameters(url: &str) -> BTreeMap<&str, &str> {
    url.split_once('?').unwrap().1.split('&').map(|one| one.split_once('=').unwrap()).collect()
}

/// domain 3.4: the example of "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
#[tokio::test]
async fn the_published_vector_is_met() {
    let amazon = amazon();
    let credentials = amazon.credentials().await.unwrap();
    let action = GetObject::new(&amazon.public, Some(&credentials), "test.txt");
    assert_eq!(
        LIFETIME.sign(&action).unwrap(),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

/// domain 4.3: both styles, and another name of the store for clients.
#[tokio::test]
async fn a_bucket_stands_in_the_path_or_before_the_host() {
    for (options, beginning) in [
        (json!({ "bucket": "b" }), "https://b.s3.us-east-1.amazonaws.com/les/k?"),
        (json!({ "bucket": "b", "region": "ap-northeast-2" }), "https://b.s3.ap-northeast-2.amazonaws.com/les/k?"),
        (json!({ "bucket": "b", "pathStyle": true }), "https://s3.us-east-1.amazonaws.com/b/les/k?"),
        (json!({ "bucket": "b", "endpoint": "http://store:9000" }), "http://store:9000/b/les/k?"),
        (json!({ "bucket": "b", "endpoint": "http://store:9000", "pathStyle": false }), "http://b.store:9000/les/k?"),
        (
            json!({ "bucket": "b", "endpoint": "http://store:9000", "publicEndpoint": "https://files.example" }),
            "https://files.example/b/les/k?",
        ),
    ] {
        let url = bucket(options).reading("les/k", &served(), LIFETIME).await.unwrap();
        assert!(url.starts_with(beginning), "{url}");
    }
}

/// PS-10, PS-11, PS-12, PS-13: type, length, digest and that nothing is there yet are bound.
#[tokio::test]
async fn an_address_to_send_to_binds_what_was_announced() {
    let (url, headers) = amazon().sending("incoming/k", announced(), LIFETIME).await.unwrap();
    let bound = "content-length%3Bcontent-type%3Bhost%3Bif-none-match%3Bx-amz-checksum-sha256";
    assert_eq!(parameters(&url)["X-Amz-SignedHeaders"], bound);
    let told: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let digest = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let expected = [("content-type", "video/mp4"), ("if-none-match", "*"), ("x-amz-checksum-sha256", digest)];
    assert_eq!(told, expected);

    let parts = amazon().sending_parts("k", "an upload", [10, 5], LIFETIME).await.unwrap();
    for (number, url) in ["1", "2"].iter().zip(&parts) {
        let parameters = parameters(url);
        assert_eq!(parameters["partNumber"], *number);
        assert_eq!(parameters["uploadId"], "an%20upload");
        assert_eq!(parameters["X-Amz-SignedHeaders"], "content-length%3Bhost");
    }
}

/// PS-10, PS-25: what the store says of an object is the service's to decide.
#[tokio::test]
async fn an_address_to_read_from_says_what_is_served() {
    let url = amazon().reading("k", &served(), LIFETIME).await.unwrap();
    let parameters = parameters(&url);
    assert_eq!(parameters["response-content-type"], "video%2Fmp4");
    assert_eq!(parameters["response-content-disposition"], "attachment%3B%20filename%3D%22a%20b.mp4%22");
    assert_eq!(parameters["response-cache-control"], "private%2C%20max-age%3D86400");
}

/// PS-03, PS-04: never longer than the signature's own limit, and an end that is past stays past.
#[tokio::test]
async fn no_address_is_good_for_longer_than_seven_days() {
    for (end, seconds, date) in [
        (LIFETIME.now + 600, "600", "20130524T000000Z"),
        (LIFETIME.now + 604_800, "604800", "20130524T000000Z"),
        (LIFETIME.now + 604_801, "604800", "20130524T000000Z"),
        (i64::MAX, "604800", "20130524T000000Z"),
        (LIFETIME.now, "1", "20130523T235959Z"),
        (LIFETIME.now - 3_600, "1", "20130523T225959Z"),
    ] {
        let url = amazon().reading("k", &served(), Lifetime { end, ..LIFETIME }).await.unwrap();
        let parameters = parameters(&url);
        assert_eq!((parameters["X-Amz-Expires"], parameters["X-Amz-Date"]), (seconds, date), "{end}");
    }
}

/// domain 4.3: lent credentials carry their token along, and no address shows a secret.
#[tokio::test]
async fn a_lent_credential_shows_its_token_and_no_secret() {
    let lent = bucket(json!({ "bucket": "b", "token": "a/token" }));
    let url = lent.reading("k", &served(), LIFETIME).await.unwrap();
    assert_eq!(parameters(&url)["X-Amz-Security-Token"], "a%2Ftoken");
    assert!(!url.contains("wJalr") && !format!("{lent:?}").contains("wJalr"), "{url} {lent:?}");
}
