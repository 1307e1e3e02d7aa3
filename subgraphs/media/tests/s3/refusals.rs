//! What the addresses do not open, and what is not taken (security.md PS).

use std::time::Duration;

use http::{Method, StatusCode};
use kit_testing::{S3Fate, TestDatabase};

use super::{Announced, FILM, House, MOVIE, sender};

kit_testing::on_each_database! {
    /// PS-10, PS-11, PS-12: type, length and digest are bound to the address.
    async fn other_bytes_than_those_announced_are_not_taken(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        let (url, headers) = (upload.url(), upload.headers());
        let mut other = FILM.to_vec();
        other[1_000] ^= 1;
        for (what, headers, bytes) in [
            ("another type", upload.headers_but("content-type", "text/html"), FILM),
            ("another digest", upload.headers_but("x-amz-checksum-sha256", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="), FILM),
            ("over what is there", upload.headers_but("if-none-match", "other"), FILM),
            ("no headers", Vec::new(), FILM),
            ("shorter", headers.clone(), &FILM[1..]),
            ("longer", headers.clone(), &[FILM, b"x"].concat()),
        ] {
            assert_eq!(house.put(&url, &headers, bytes).await.0, 403, "{what}");
        }
        assert_eq!(house.put(&url, &headers, &other).await.0, 400, "other bytes");
        // This store keeps them nevertheless, and the service looks for itself.
        let reply = house.complete(&sender(), &upload, None).await;
        assert_eq!(reply.user_error("completeUpload"), "DIGEST_MISMATCH");
        assert_eq!(house.server.objects(), Vec::<String>::new());
        // It can be sent again.
        assert_eq!(house.put(&url, &headers, FILM).await.0, 200);
        let reply = house.complete(&sender(), &upload, None).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "READY", "{}", reply.body);
    }

    /// PS-10, AS-047: a store believes what it is told of a type; the first bytes say what it is.
    async fn a_file_that_is_something_else_is_never_ready(place: TestDatabase) {
        let house = House::open(place).await;
        let page = Announced { bytes: b"<html><script>alert(1)</script>", ..MOVIE };
        let upload = house.announce(&sender(), &page).await;
        assert_eq!(house.put(&upload.url(), &upload.headers(), page.bytes).await.0, 200);
        let reply = house.complete(&sender(), &upload, None).await;
        assert_eq!(reply.user_error("completeUpload"), "DIGEST_MISMATCH", "{}", reply.body);
        assert_eq!(house.server.objects(), Vec::<String>::new());
    }

    /// PS-01, PS-02, PS-05, PS-09: an address is good as it was given, for what it was given.
    async fn a_changed_address_opens_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let file = house.ready(&sender(), &MOVIE).await;
        let url = house.download(&sender(), &file).await;
        for method in [Method::HEAD, Method::PUT, Method::DELETE, Method::POST] {
            let status = house.ask(method.clone(), &url, &[]).await.status();
            assert!(status.is_client_error(), "{method}: {status}");
        }
        let (path, query) = url.split_once('?').unwrap();
        let unsigned: Vec<&str> = query.split('&').filter(|one| !one.starts_with("X-Amz-Signature")).collect();
        let longer = url.replace("X-Amz-Expires=600", "X-Amz-Expires=604800");
        let inline = url.replace("attachment", "inline");
        assert!(longer != url && inline != url);
        for changed in [
            path.to_owned(),
            format!("{path}?{}", unsigned.join("&")),
            longer,
            inline,
            format!("{url}&versionId=1"),
            url.replace("/usr/", "/usr2/"),
            url[..url.len() - 1].to_owned(),
        ] {
            let status = house.ask(Method::GET, &changed, &[]).await.status();
            assert!(status.is_client_error(), "{changed}: {status}");
        }
    }

    /// PS-03: an address whose time is over opens nothing; one that is told again after that is told with its own end.
    async fn an_address_ends(place: TestDatabase) {
        let house = House::open(place).await;
        let keyed = Announced { key: Some("once"), ..MOVIE };
        let upload = house.announce(&sender(), &keyed).await;
        house.pass(Duration::from_secs(14 * 60));
        let told_again = house.announce(&sender(), &keyed).await;
        assert_eq!(told_again.id(), upload.id());
        assert!(told_again.url().contains("X-Amz-Expires=60&"), "{}", told_again.url());
        let file = house.ready(&sender(), &MOVIE).await;
        // The store's clock does not move: an address of an hour ago.
        let now = kit_ids::Clock::now(house.subgraph.clock());
        house.subgraph.clock().set(now - 75 * 60 * 1_000_000);
        let url = house.download(&sender(), &file).await;
        assert_eq!(house.ask(Method::GET, &url, &[]).await.status(), StatusCode::FORBIDDEN);
    }

    /// A store that does not answer fails the request alone, and says nothing of itself to clients.
    async fn a_store_that_fails_is_an_internal_error(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200);
        house.server.spoil(Method::HEAD, "incoming", 5, S3Fate::Answer(StatusCode::SERVICE_UNAVAILABLE, ""));
        let reply = house.complete(&sender(), &upload, None).await;
        assert_eq!(reply.codes(), ["INTERNAL"], "{}", reply.body);
        assert!(!reply.body.to_string().contains("lyceum-files"), "{}", reply.body);
        // Nothing is lost.
        let reply = house.complete(&sender(), &upload, None).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "READY", "{}", reply.body);
    }
}
