//! Files in a bucket of an S3-compatible store, as clients, the store and whoever runs them see it (domain 4.3).

mod parts;
mod refusals;
mod serving;
mod straight;

use std::collections::BTreeMap;
use std::sync::Once;
use std::time::{Duration, SystemTime};

use http::Method;
use kit_testing::{Reply, S3Server, TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use media::SUBGRAPH;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Twelve seconds in fragments.
const FILM: &[u8] = include_bytes!("../src/seed/clip.mp4");
const MEBIBYTE: usize = 1024 * 1024;

/// A media that keeps its files in a bucket, at the time of this machine: the store has no other.
struct House {
    subgraph: TestSubgraph,
    server: S3Server,
    client: reqwest::Client,
}

impl House {
    async fn open(place: TestDatabase) -> Self {
        Self::open_with(place, |_| {}).await
    }

    /// With other options of the bucket.
    async fn open_with(place: TestDatabase, change: impl FnOnce(&mut Value)) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let server = S3Server::start();
        let credentials: BTreeMap<_, _> = S3Server::credentials().into();
        let mut bucket =
            json!({ "endpoint": server.endpoint(), "bucket": S3Server::BUCKET, "credentials": credentials });
        change(&mut bucket);
        let options = json!({ "bucket": bucket, "publicUrl": "https://lyceum.example" });
        let subgraph = TestSubgraph::start_with(&SUBGRAPH, place, |_| options).await;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        subgraph.clock().set(i64::try_from(now.as_micros()).unwrap());
        Self { subgraph, server, client: reqwest::Client::new() }
    }

    async fn announce(&self, viewer: &Viewer, file: &Announced<'_>) -> Upload {
        let upload =
            "upload { id method url headers { name value } maxBytes parts { number url byteSize } file { id status } }";
        let reply = self.subgraph.change(viewer, "createUpload", upload, file.input()).await;
        Upload(reply.data("/createUpload/upload").clone())
    }

    async fn complete(&self, viewer: &Viewer, upload: &Upload, parts: Option<&[(i64, String)]>) -> Reply {
        let told = |parts: &[(i64, String)]| -> Vec<Value> {
            parts.iter().map(|(number, etag)| json!({ "number": number, "etag": etag })).collect()
        };
        let input = json!({ "uploadId": upload.id(), "parts": parts.map(told) });
        let file = "file { id status sha256 byteSize durationSeconds path }";
        self.subgraph.change(viewer, "completeUpload", file, input).await
    }

    /// Sends something to an address, and answers the status and the tag.
    async fn put(&self, url: &str, headers: &[(String, String)], bytes: &[u8]) -> (u16, String) {
        let request = headers.iter().fold(self.client.put(url), |request, (name, value)| request.header(name, value));
        let response = request.body(bytes.to_vec()).send().await.unwrap();
        let tag = response.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned()).unwrap_or_default();
        (response.status().as_u16(), tag)
    }

    /// Sends all parts, and answers their numbers and tags.
    async fn put_parts(&self, upload: &Upload, bytes: &[u8]) -> Vec<(i64, String)> {
        let mut tags = Vec::new();
        let mut left = bytes;
        for part in upload.0["parts"].as_array().unwrap() {
            let (now, rest) = left.split_at(usize::try_from(part["byteSize"].as_i64().unwrap()).unwrap());
            let (status, tag) = self.put(part["url"].as_str().unwrap(), &[], now).await;
            assert_eq!(status, 200);
            tags.push((part["number"].as_i64().unwrap(), tag));
            left = rest;
        }
        assert!(left.is_empty());
        tags
    }

    /// A file that is ready.
    async fn ready(&self, viewer: &Viewer, file: &Announced<'_>) -> String {
        let upload = self.announce(viewer, file).await;
        let parts = if upload.0["parts"].as_array().unwrap().is_empty() {
            assert_eq!(self.put(&upload.url(), &upload.headers(), file.bytes).await.0, 200);
            None
        } else {
            Some(self.put_parts(&upload, file.bytes).await)
        };
        let reply = self.complete(viewer, &upload, parts.as_deref()).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "READY", "{}", reply.body);
        reply.text_at("/completeUpload/file/id")
    }

    /// The address to fetch a file from.
    async fn download(&self, viewer: &Viewer, file: &str) -> String {
        let reply = self.subgraph.change(viewer, "createDownload", "ticket { url }", json!({ "fileId": file })).await;
        reply.text_at("/createDownload/ticket/url")
    }

    async fn ask(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = headers
            .iter()
            .fold(self.client.request(method, url), |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    }

    fn pass(&self, time: Duration) {
        self.subgraph.clock().advance(time);
    }
}

/// A file to be sent.
#[derive(Clone, Copy)]
struct Announced<'b> {
    bytes: &'b [u8],
    kind: &'static str,
    content_type: &'static str,
    name: &'static str,
    /// Another hash than its own.
    sha256: Option<&'static str>,
    key: Option<&'static str>,
}

const MOVIE: Announced<'static> =
    Announced { bytes: FILM, kind: "VIDEO", content_type: "video/mp4", name: "강의.mp4", sha256: None, key: None };

impl Announced<'_> {
    fn input(&self) -> Value {
        json!({
            "kind": self.kind,
            "fileName": self.name,
            "contentType": self.content_type,
            "byteSize": self.bytes.len(),
            "sha256": self.sha256.map_or_else(|| sha256(self.bytes), str::to_owned),
            "idempotencyKey": self.key,
        })
    }
}

/// An upload as the graph tells it.
struct Upload(Value);

impl Upload {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }

    fn url(&self) -> String {
        self.0["url"].as_str().unwrap().to_owned()
    }

    fn headers(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let headers = self.0["headers"].as_array().unwrap().iter();
        headers.map(|header| (text(&header["name"]), text(&header["value"]))).collect()
    }

    /// The headers with one of them changed.
    fn headers_but(&self, name: &str, value: &str) -> Vec<(String, String)> {
        let changed =
            |(found, old): (String, String)| if found == name { (found, value.to_owned()) } else { (found, old) };
        self.headers().into_iter().map(changed).collect()
    }
}

fn sender() -> Viewer {
    person(1, Role::Mentee)
}

/// May do anything with media.
fn keeper() -> Viewer {
    person(9, Role::Admin)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A film that comes in two parts.
fn long_film() -> Vec<u8> {
    let mut bytes = FILM.to_vec();
    // A box that players skip.
    let rest = 33 * MEBIBYTE;
    bytes.extend(u32::try_from(rest).unwrap().to_be_bytes());
    bytes.extend(b"free");
    bytes.extend((8..rest).map(|place| u8::try_from((place / 251 + place) % 256).unwrap()));
    bytes
}
