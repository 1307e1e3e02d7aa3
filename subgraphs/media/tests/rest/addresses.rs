//! Addresses with a proof: what each is good for, and until when.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{Shelf, code};
use crate::house::{House, LESSON, POSTER, PREVIEW, Sending, TEXT, admin, learner, other, text};
use kit_testing::TestDatabase;

/// PS-02: an address is for one thing.
#[tokio::test]
async fn ps_02_an_address_is_for_one_method() {
    let shelf = Shelf::digits().await;
    let upload = shelf.house.announce(&learner(), TEXT).await;
    let upload = text(&upload["url"]);
    for (method, url) in [
        (Method::PUT, shelf.url.as_str()),
        (Method::POST, &shelf.url),
        (Method::DELETE, &shelf.url),
        (Method::PATCH, &shelf.url),
        (Method::OPTIONS, &shelf.url),
        (Method::TRACE, &shelf.url),
        (Method::GET, upload),
        (Method::HEAD, upload),
        (Method::POST, upload),
        (Method::DELETE, upload),
        (Method::OPTIONS, upload),
    ] {
        let reply = shelf.house.http(method.clone(), url, &[], Vec::new()).await;
        assert_eq!(reply.status, 405, "{method} {url}: AS-026, AS-032, AS-136");
    }
    assert_eq!(shelf.head(&[]).await.status, 200, "HEAD is GET without its bytes");
    let content = shelf.url.replace("/content?", "/hls/");
    assert_eq!(code(&shelf.house.get(&format!("{content}/index.m3u8"), &[]).await), (403, "ticket-invalid"));
    shelf.house.stop().await;
}

/// PS-03, PS-04, PS-26: its time is ten minutes, to the second, and nothing asks for more.
#[tokio::test]
async fn ps_03_ps_04_and_ps_26_its_time_is_short_and_exact() {
    let shelf = Shelf::digits().await;
    let began = kit_testing::TEST_START_US / 1_000_000;
    assert!(shelf.url.contains(&format!("exp={}&", began + 600)), "{}", shelf.url);
    let upload = shelf.house.announce(&learner(), TEXT).await;
    let sending = text(&upload["url"]);
    assert!(sending.contains(&format!("exp={}&", began + 900)), "{sending}");
    let clock = shelf.house.clock();
    clock.advance(Duration::from_micros(599_999_999));
    assert_eq!(shelf.get(&[]).await.status, 200);
    clock.advance(Duration::from_micros(1));
    assert_eq!(code(&shelf.get(&[]).await), (403, "ticket-expired"));
    clock.advance(Duration::from_secs(299));
    assert_eq!(shelf.house.put(sending, "text/plain", b"01234").await.status, 400, "it is still looked at");
    clock.advance(Duration::from_secs(1));
    assert_eq!(code(&shelf.house.put(sending, "text/plain", TEXT.bytes).await), (403, "ticket-expired"));
    shelf.house.stop().await;
}

/// PS-09: what is not covered by the proof means nothing.
#[tokio::test]
async fn ps_09_other_parameters_mean_nothing() {
    let shelf = Shelf::digits().await;
    let added = "&response-content-type=text/html&response-content-disposition=inline&versionId=1&X-Amz-Expires=999999";
    let (plain, more) = (shelf.get(&[]).await, shelf.house.get(&format!("{}{added}", shelf.url), &[]).await);
    assert_eq!((plain.status, plain.bytes), (more.status, more.bytes));
    for header in ["content-type", "content-disposition", "cache-control", "etag"] {
        assert_eq!(plain.headers.get(header), more.headers.get(header), "{header}");
    }
    shelf.house.stop().await;
}

/// PS-16: host, scheme and port are not covered, so that the service may stand behind any name.
#[tokio::test]
async fn ps_16_the_host_is_not_covered() {
    let shelf = Shelf::digits().await;
    for host in ["files.lyceum.example", "elsewhere.example:8443", "127.0.0.1"] {
        assert_eq!(shelf.get(&[("host", host), ("x-forwarded-host", "evil.example")]).await.status, 200, "{host}");
    }
    shelf.house.stop().await;
}

kit_testing::on_each_database! {
    /// PS-17, RG-34: whoever has an address has the file, while the person that it names may have it; each request is
    /// looked at again.
    async fn ps_17_and_rg_34_an_address_ends_with_the_right_to_the_file(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.film_of(LESSON).await;
        house.enroll(&learner(), "PURCHASE").await;
        let (playing, fetching) = (house.playing(&learner(), LESSON, "PROGRESSIVE").await, house.address(&learner(), &film).await);
        for url in [&playing, &fetching] {
            assert_eq!(house.get(url, &[("range", "bytes=0-9")]).await.status, 206);
        }
        house.revoke().await;
        let answer = axum::Json(json!({ "data": { "entitlements": [] } }));
        let enrollment = axum::Router::new().route("/graphql", axum::routing::post(async || answer));
        house.neighbours().add_in_process("enrollment", enrollment);
        for url in [&playing, &fetching] {
            assert_eq!(code(&house.get(url, &[("range", "bytes=10-19")]).await), (403, "access-over"));
        }
        let own = house.address(&admin(), &film).await;
        house.delete(&admin(), &film).await;
        for url in [&playing, &fetching, &own] {
            assert_eq!(code(&house.get(url, &[]).await), (410, "file-deleted"));
        }
        house.stop().await;
    }

    /// PS-21: nobody gets an address for what is not theirs, or for what is not there; both are one answer.
    async fn ps_21_an_address_is_given_for_what_is_ones_own(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.keep(&other(), TEXT).await;
        let answers = [file.as_str(), "fil_00000000000000000000000000"].map(async |id| {
            let reply = house.change(&learner(), "createDownload", "ticket { url }", json!({ "fileId": id })).await;
            reply.data("/createDownload").clone()
        });
        let [theirs, missing] = answers;
        let (theirs, missing) = (theirs.await, missing.await);
        assert_eq!(theirs, missing);
        assert_eq!(theirs["userErrors"][0]["code"], "NOT_FOUND");
        for id in ["../etc/passwd", "fil_", "usr_00000000000000000000000000", ""] {
            let reply = house.change(&learner(), "createDownload", "ticket { url }", json!({ "fileId": id })).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{id}: {}", reply.body);
        }
        house.stop().await;
    }
}

/// PS-21, AS-011: who announces, asks for addresses or fetches without end is asked to wait; others are not, and time helps.
#[tokio::test]
async fn ps_21_and_as_011_nobody_asks_without_end() {
    let limits = json!({ "uploadsPerMinute": 4, "addressesPerMinute": 3, "downloadsPerMinute": 2 });
    let house = House::open_with(TestDatabase::sqlite(), json!({ "limits": limits })).await;
    let film = house.film_of(PREVIEW).await;
    let mut file = String::new();
    for _ in 0..4 {
        file = house.keep(&learner(), TEXT).await;
    }
    let announced = house.change(&learner(), "createUpload", "upload { id }", TEXT.input()).await;
    assert_eq!(announced.codes(), ["RATE_LIMITED"], "{}", announced.body);
    let url = house.address(&learner(), &file).await;
    let playing =
        [house.playing(&learner(), PREVIEW, "PROGRESSIVE").await, house.playing(&learner(), PREVIEW, "HLS").await];
    let fourth = house.change(&learner(), "createDownload", "ticket { url }", json!({ "fileId": file })).await;
    let stream = format!("{{ playable(id: \"{PREVIEW}\") {{ id stream {{ __typename }} }} }}");
    let stream = house.ask(&learner(), &stream).await;
    for refused in [fourth, stream] {
        assert_eq!(refused.codes(), ["RATE_LIMITED"], "{}", refused.body);
    }
    for url in &playing {
        assert_eq!(house.get(url, &[]).await.status, 200);
    }
    for url in playing.iter().chain([&url]) {
        let refused = house.get(url, &[("range", "bytes=0-1")]).await;
        assert_eq!(code(&refused), (429, "too-many-requests"));
        assert_eq!((refused.header("retry-after"), refused.header("cache-control")), ("30", "no-store"));
    }
    let others = house.address(&admin(), &film).await;
    assert_eq!(house.get(&others, &[]).await.status, 200, "others are not concerned");
    house.clock().advance(Duration::from_secs(30));
    assert_eq!(house.get(&url, &[]).await.status, 200);
    assert_eq!(house.address(&learner(), &file).await.split('?').next(), url.split('?').next());
    house.keep(&learner(), TEXT).await;
    house.stop().await;
}

/// RG-35, PS-28: without a good address nobody learns whether there is a file, and how large it is.
#[tokio::test]
async fn rg_35_and_ps_28_nothing_is_told_without_a_ticket() {
    let shelf = Shelf::digits().await;
    let missing = "fil_00000000000000000000000000";
    let query = shelf.url.split_once('?').unwrap().1.replace("exp=1", "exp=2");
    for query in [String::new(), format!("?{query}"), "?sig=a".to_owned()] {
        let mut answers = Vec::new();
        for id in [shelf.file.as_str(), missing] {
            let path = format!("/media/v1/files/{id}/content");
            let reply = shelf.house.get(&format!("{path}{query}"), &[("range", "bytes=50-")]).await;
            assert_eq!((reply.status.as_u16(), reply.header("content-range")), (403, ""), "{query}");
            let mut body = reply.body.clone();
            assert_eq!(body["instance"].take(), path, "PS-20: without the query");
            body["traceId"].take();
            answers.push(body);
        }
        assert_eq!(answers[0], answers[1], "{query}");
    }
    shelf.house.stop().await;
}

/// PS-20, AS-021, AS-022, AS-142: what carries an address is kept by nobody, and no page tells it to another.
#[tokio::test]
async fn ps_20_addresses_do_not_leak() {
    let shelf = Shelf::digits().await;
    let seal = shelf.url.split("sig=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let broken = format!("{}x", shelf.url);
    let upload = shelf.house.announce(&learner(), TEXT).await;
    let replies = [
        shelf.get(&[]).await,
        shelf.get(&[("range", "bytes=0-1")]).await,
        shelf.get(&[("if-none-match", "*")]).await,
        shelf.house.get(&broken, &[]).await,
        shelf.house.put(text(&upload["url"]), "text/plain", b"0").await,
        shelf.house.put(text(&upload["url"]), "text/plain", TEXT.bytes).await,
    ];
    for reply in replies {
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{}", reply.status);
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{}", reply.status);
        assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin", "AS-027");
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(&seal), "{}", reply.body);
        if reply.status.is_client_error() {
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        // PS-27
        assert!(reply.headers.get("location").is_none() && (!reply.status.is_redirection() || reply.status == 304));
    }
    shelf.house.stop().await;
}

/// PS-24: a proof and ranges together; AS-057: nothing is served before it is verified.
#[tokio::test]
async fn ps_24_and_as_057_what_is_not_verified_has_no_address() {
    let shelf = Shelf::digits().await;
    assert_eq!(shelf.range("bytes=2-3").await.1, "23");
    let broken = shelf.url.replace("sig=", "sig=A");
    assert_eq!(shelf.house.get(&broken, &[("range", "bytes=2-3")]).await.status, 403);
    let upload = shelf.house.announce(&learner(), POSTER).await;
    shelf.house.put(text(&upload["url"]), "image/png", POSTER.bytes).await;
    let pending = text(&upload["file"]["id"]);
    let reply = shelf.house.change(&learner(), "createDownload", "ticket { url }", json!({ "fileId": pending })).await;
    assert_eq!(reply.user_error("createDownload"), "NOT_FOUND");
    let guessed = shelf.url.replace(&shelf.file, pending);
    assert_eq!(shelf.house.get(&guessed, &[]).await.status, 403, "PS-18");
    shelf.house.stop().await;
}

/// domain.md 3.4: a file that is open to everyone needs no proof, and may be kept by everyone.
#[tokio::test]
async fn a_public_file_needs_no_proof() {
    let shelf = Shelf::with(Sending { name: "a.png", ..POSTER }).await;
    let path = format!("/media/v1/files/{}/content", shelf.file);
    assert_eq!(code(&shelf.house.get(&path, &[]).await), (403, "ticket-needed"));
    let reply = shelf.house.change(&learner(), "setAvatar", "user { id }", json!({ "fileId": shelf.file })).await;
    assert_eq!(reply.user_error("setAvatar"), "");
    let reply = shelf.house.get(&path, &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "public, max-age=86400"));
    assert_eq!(reply.header("content-disposition"), "inline; filename=\"a.png\"");
    shelf.house.delete(&learner(), &shelf.file).await;
    assert_eq!(code(&shelf.house.get(&path, &[]).await), (403, "ticket-needed"));
    shelf.house.stop().await;
}
