//! What goes through the service although the bytes lie in a bucket: segments, open pictures, and everything where clients
//! cannot reach the store.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use kit_ids::LessonId;
use kit_testing::{Reply, S3Fate, TestDatabase};
use serde_json::json;

use super::{FILM, House, MOVIE, keeper, sender};

const LESSON: LessonId = LessonId::from_bytes([7; 16]);

impl House {
    /// A request to the service itself, for an address that it gave out.
    async fn ours(&self, method: Method, url: &str, headers: &[(&str, &str)], body: Body) -> Reply {
        let path = url.strip_prefix("https://lyceum.example").unwrap();
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.subgraph.send(request.body(body).unwrap()).await
    }

    async fn fetch(&self, url: &str, range: &str) -> Reply {
        self.ours(Method::GET, url, &[("range", range)], Body::empty()).await
    }
}

kit_testing::on_each_database! {
    /// S0-FILE: a playlist's proof is part of its path, so that segments go through the service, out of the bucket.
    async fn segments_are_streamed_from_the_bucket(place: TestDatabase) {
        let house = House::open(place).await;
        let mut input = MOVIE.input();
        input["ownerId"] = json!(LESSON);
        let upload = "upload { id url headers { name value } parts { number } }";
        let reply = house.subgraph.change(&keeper(), "createUpload", upload, input).await;
        let upload = super::Upload(reply.data("/createUpload/upload").clone());
        assert_eq!(house.put(&upload.url(), &upload.headers(), FILM).await.0, 200, "{}", reply.body);
        house.complete(&keeper(), &upload, None).await;

        let stream = "{ stream(protocol: HLS) { ... on StreamTicket { url } ... on AccessDenied { message } } }";
        let lesson = house.subgraph.entities(&keeper(), "Lesson", [json!({ "id": LESSON })], stream).await;
        let url = lesson[0]["stream"]["url"].as_str().unwrap_or_else(|| panic!("{lesson:?}"));
        let playlist = house.ours(Method::GET, url, &[], Body::empty()).await;
        let text = String::from_utf8(playlist.bytes.to_vec()).unwrap();
        let folder = url.strip_suffix("index.m3u8").unwrap();
        let mut film = house.ours(Method::GET, &format!("{folder}init.mp4"), &[], Body::empty()).await.bytes.to_vec();
        for name in text.lines().filter(|line| line.starts_with("segment-")) {
            film.extend(house.ours(Method::GET, &format!("{folder}{name}"), &[], Body::empty()).await.bytes);
        }
        // An index for other players stands behind the last segment.
        assert!(FILM.starts_with(&film) && FILM.len() - film.len() < 1_000, "{} bytes", film.len());

        let stream = "{ stream { ... on StreamTicket { url contentType } } }";
        let lesson = house.subgraph.entities(&keeper(), "Lesson", [json!({ "id": LESSON })], stream).await;
        let url = lesson[0]["stream"]["url"].as_str().unwrap();
        assert!(url.starts_with(&house.server.endpoint()) && url.contains("response-content-disposition=inline"), "{url}");
        assert_eq!(house.ask(Method::GET, url, &[]).await.bytes().await.unwrap().as_ref(), FILM);
    }

    /// domain 4.3: the policy of ranges is the same, wherever the bytes lie; clients never see the store.
    async fn where_clients_cannot_reach_the_store_everything_goes_through_the_service(place: TestDatabase) {
        let house = House::open_with(place, |bucket| bucket["direct"] = json!(false)).await;
        let upload = house.announce(&sender(), &MOVIE).await;
        let length = FILM.len().to_string();
        let headers = [("content-type", "video/mp4"), ("content-length", length.as_str())];
        let sent = house.ours(Method::PUT, &upload.url(), &headers, Body::from(FILM)).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        let twice = house.ours(Method::PUT, &upload.url(), &headers, Body::from(FILM)).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let reply = house.complete(&sender(), &upload, None).await;
        let url = house.download(&sender(), &reply.text_at("/completeUpload/file/id")).await;
        let whole = house.ours(Method::GET, &url, &[], Body::empty()).await;
        assert_eq!((whole.status, whole.bytes.as_ref()), (StatusCode::OK, FILM));
        let head = house.ours(Method::HEAD, &url, &[], Body::empty()).await;
        assert_eq!((head.status, head.header("content-length"), head.bytes.len()), (StatusCode::OK, length.as_str(), 0));
        for (range, expected) in [("bytes=0-0", &FILM[..1]), ("bytes=-7", &FILM[FILM.len() - 7..]), ("bytes=5-", &FILM[5..])] {
            let part = house.fetch(&url, range).await;
            assert_eq!((part.status, part.bytes.as_ref()), (StatusCode::PARTIAL_CONTENT, expected), "{range}");
        }
        let several = house.fetch(&url, "bytes=0-1,10-11").await;
        assert_eq!(several.status, StatusCode::PARTIAL_CONTENT);
        assert!(several.header("content-type").starts_with("multipart/byteranges"));
        let beyond = house.fetch(&url, &format!("bytes={length}-")).await;
        assert_eq!((beyond.status, beyond.header("content-range")), (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{length}").as_str()));

        house.server.spoil(Method::GET, "", 9, S3Fate::Answer(StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>"));
        let failed = house.fetch(&url, "bytes=0-0").await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!failed.body.to_string().contains("AWS_"), "remedies are for logs: {}", failed.body);
    }
}
