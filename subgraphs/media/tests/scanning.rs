//! Files that a scanner looks at before anybody may fetch them (AS-057): the scanner is a server of the test's own, which
//! knows one signature, the one that EICAR made for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::StatusCode;
use kit_testing::{Reply, TestDatabase};
use kit_viewer::Viewer;
use serde_json::json;
use tokio::net::TcpListener;

use crate::house::{FILM, House, LESSON, Sending, TEXT, VIDEO, admin, learner, text};

/// A harmless text that every scanner takes for a virus, in two pieces, so that none takes this file for one.
const EICAR: [&str; 2] = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", "-ANTIVIRUS-TEST-FILE!$H+H*"];

/// A scanner that can be up or down.
struct Scanner {
    url: String,
    is_up: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Scanner {
    async fn start() -> Self {
        let (is_up, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let answer = {
            let (is_up, asked) = (Arc::clone(&is_up), Arc::clone(&asked));
            move |body: Bytes| async move {
                asked.fetch_add(1, Ordering::Relaxed);
                let is_infected = body.windows(EICAR.concat().len()).any(|part| part == EICAR.concat().as_bytes());
                match (is_up.load(Ordering::Relaxed), is_infected) {
                    (false, _) => (StatusCode::SERVICE_UNAVAILABLE, ""),
                    (true, true) => (StatusCode::NOT_ACCEPTABLE, "Eicar-Test-Signature FOUND\r\n"),
                    (true, false) => (StatusCode::OK, ""),
                }
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scan", listener.local_addr().unwrap());
        let router = Router::new().route("/scan", post(answer)).layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, is_up, asked }
    }

    async fn house(&self, place: TestDatabase) -> House {
        House::open_with(place, json!({ "scan": { "url": self.url, "timeoutSeconds": 20 } })).await
    }

    fn turn(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::Relaxed);
    }
}

/// Sends a file and completes it, whatever becomes of it.
async fn send(house: &House, viewer: &Viewer, sending: Sending<'_>) -> Reply {
    let upload = house.announce(viewer, sending).await;
    let reply = house.put(text(&upload["url"]), sending.content_type, sending.bytes).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    house.complete(viewer, &upload).await
}

async fn status(house: &House, viewer: &Viewer, file: &str) -> String {
    house.ask(viewer, &format!("{{ mediaFile(id: \"{file}\") {{ status }} }}")).await.text_at("/mediaFile/status")
}

/// What asking for an address is refused with; empty when there is one.
async fn refusal(house: &House, viewer: &Viewer, file: &str) -> String {
    let reply = house.change(viewer, "createDownload", "ticket { url }", json!({ "fileId": file })).await;
    reply.user_error("createDownload").to_owned()
}

kit_testing::on_each_database! {
    /// A clean file is ready at once, in one piece and as a film.
    async fn as_057_a_clean_file_is_ready(place: TestDatabase) {
        let scanner = Scanner::start().await;
        let house = scanner.house(place).await;
        for sending in [TEXT, VIDEO] {
            let reply = send(&house, &learner(), sending).await;
            assert_eq!(reply.data("/completeUpload/file/status"), "READY", "{}", reply.body);
            let url = house.address(&learner(), &reply.text_at("/completeUpload/file/id")).await;
            assert_eq!(&house.get(&url, &[]).await.bytes[..], sending.bytes);
        }
        assert_eq!(scanner.asked.load(Ordering::Relaxed), 2);
        assert_eq!(house.told("media.file.ready.v1").await[1]["durationSeconds"], 12);
        house.stop().await;
    }

    /// An infected file fails; nobody gets an address for it, what was given out opens nothing, and its bytes go after
    /// seven days in quarantine, with what they take of the quota.
    async fn as_057_an_infected_file_is_in_quarantine(place: TestDatabase) {
        let scanner = Scanner::start().await;
        let house = scanner.house(place).await;
        let bytes = format!("Dear reader,\n{}\n", EICAR.concat());
        let reply = send(&house, &learner(), Sending { bytes: bytes.as_bytes(), ..TEXT }).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "FAILED", "{}", reply.body);
        let file = reply.text_at("/completeUpload/file/id");
        let failed = house.told("media.file.failed.v1").await;
        assert_eq!(failed[0]["reason"], "a scanner found: Eicar-Test-Signature FOUND");
        assert_eq!(house.told("media.file.ready.v1").await.len(), 0);
        for viewer in [learner(), admin()] {
            assert_eq!(refusal(&house, &viewer, &file).await, "NOT_FOUND");
        }
        assert_eq!(house.get(&format!("/media/v1/files/{file}/content"), &[]).await.status, 403);
        assert_eq!(house.attach(&file, LESSON).await.user_error("attachMedia"), "NOT_FOUND");
        assert_eq!((house.stored().len(), house.usage(&learner()).await.1), (1, 1));
        house.clock().advance(Duration::from_secs(7 * 24 * 60 * 60));
        house.work().await;
        house.work().await;
        assert_eq!((house.stored().len(), house.usage(&learner()).await), (0, (0, 0)));
        assert_eq!(status(&house, &learner(), &file).await, "FAILED");
        house.stop().await;
    }

    /// While the scanner is down files wait, nothing of them is served, and they are looked at when it is up again: less
    /// and less often, and once at a time.
    async fn as_057_files_wait_for_a_scanner_that_is_down(place: TestDatabase) {
        let scanner = Scanner::start().await;
        let house = scanner.house(place).await;
        scanner.turn(false);
        let reply = send(&house, &learner(), VIDEO).await;
        assert_eq!(reply.data("/completeUpload/file/status"), "PENDING", "{}", reply.body);
        let file = reply.text_at("/completeUpload/file/id");
        let deleted = send(&house, &learner(), TEXT).await.text_at("/completeUpload/file/id");
        house.delete(&learner(), &deleted).await;
        for minutes in [1, 1, 2] {
            assert_eq!(status(&house, &learner(), &file).await, "PENDING");
            assert_eq!(refusal(&house, &learner(), &file).await, "NOT_FOUND");
            assert_eq!(house.attach(&file, LESSON).await.user_error("attachMedia"), "NOT_FOUND");
            assert_eq!(house.get(&format!("/media/v1/files/{file}/content"), &[]).await.status, 403);
            house.clock().advance(Duration::from_secs(60 * minutes));
            house.work().await;
        }
        let asked = scanner.asked.load(Ordering::Relaxed);
        assert_eq!(asked, 4, "at once, and after one and three minutes; what was deleted once");
        house.work().await;
        assert_eq!(scanner.asked.load(Ordering::Relaxed), asked, "it is not asked again so soon");
        scanner.turn(true);
        house.clock().advance(Duration::from_secs(60 * 60));
        house.work().await;
        assert_eq!(status(&house, &learner(), &file).await, "READY");
        assert_eq!(refusal(&house, &learner(), &file).await, "");
        assert_eq!(house.stored().len(), 1, "what was deleted is gone");
        assert_eq!(house.usage(&learner()).await, (i64::try_from(FILM.len()).unwrap(), 1));
        house.stop().await;
    }
}

/// A scanner that is nowhere is one that is down; an address that is none is found at the start.
#[tokio::test]
async fn a_scanner_that_is_nowhere_is_down() {
    let nowhere = json!({ "scan": { "url": "http://127.0.0.1:9/scan" } });
    let house = House::open_with(TestDatabase::sqlite(), nowhere).await;
    let reply = send(&house, &learner(), TEXT).await;
    assert_eq!(reply.data("/completeUpload/file/status"), "PENDING", "{}", reply.body);
    house.stop().await;
}
