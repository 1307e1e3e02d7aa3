//! A running media, and what people and sisters do with it.

use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request};
use kit_events::{Event, EventId, EventLog, NewEvent, Origin, Watermark};
use kit_ids::{CourseId, LessonId, PlayableId, UserId};
use kit_testing::{Reply, TEST_START_US, TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use media::SUBGRAPH;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A course that is open, and one that is not.
pub(crate) const COURSE: CourseId = CourseId::from_bytes([1; 16]);
pub(crate) const DRAFT: CourseId = CourseId::from_bytes([2; 16]);
/// A lesson of the open course, one of it that everyone may see, and one of the course that is not open.
pub(crate) const LESSON: LessonId = LessonId::from_bytes([11; 16]);
pub(crate) const PREVIEW: LessonId = LessonId::from_bytes([12; 16]);
pub(crate) const HIDDEN: LessonId = LessonId::from_bytes([13; 16]);
/// Twelve seconds in six fragments.
pub(crate) const FILM: &[u8] = include_bytes!("../src/seed/clip.mp4");
/// The beginning of a picture.
pub(crate) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
/// Ten bytes, each of which says where it stands.
pub(crate) const DIGITS: &[u8] = b"0123456789";
const ORIGIN: &str = "https://files.lyceum.example";

pub(crate) struct House(TestSubgraph);

impl Deref for House {
    type Target = TestSubgraph;

    fn deref(&self) -> &TestSubgraph {
        &self.0
    }
}

/// A file that is to be sent.
#[derive(Clone, Copy)]
pub(crate) struct Sending<'b> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'b [u8],
}

pub(crate) const TEXT: Sending<'static> =
    Sending { kind: "ATTACHMENT", name: "digits.txt", content_type: "text/plain", bytes: DIGITS };
pub(crate) const VIDEO: Sending<'static> =
    Sending { kind: "VIDEO", name: "film.mp4", content_type: "video/mp4", bytes: FILM };
pub(crate) const POSTER: Sending<'static> =
    Sending { kind: "POSTER", name: "me.png", content_type: "image/png", bytes: PICTURE };

impl Sending<'_> {
    /// What `createUpload` needs.
    pub(crate) fn input(&self) -> Value {
        json!({
            "kind": self.kind, "fileName": self.name, "contentType": self.content_type,
            "byteSize": self.bytes.len(), "sha256": sha256(self.bytes),
        })
    }
}

/// A person who sends and plays.
pub(crate) fn learner() -> Viewer {
    person(1, Role::Mentee)
}

pub(crate) fn other() -> Viewer {
    person(2, Role::Mentee)
}

/// Somebody with `media:write`.
pub(crate) fn admin() -> Viewer {
    person(3, Role::Admin)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a sister tells of something.
pub(crate) fn event(kind: &'static str, subject: &impl ToString, seq: i64, data: Value) -> Event {
    let source = kind.split('.').next().unwrap();
    let new = NewEvent { kind, subject: subject.to_string(), time: TEST_START_US, data };
    Event::new(EventId::mint(TEST_START_US), source, seq, new, Origin::new("flow", None))
}

impl House {
    /// It has heard of two courses and their lessons, and of nobody's place in them.
    pub(crate) async fn open(place: TestDatabase) -> Self {
        Self::open_with(place, json!({})).await
    }

    /// The same with further options.
    pub(crate) async fn open_with(place: TestDatabase, further: Value) -> Self {
        let house = Self::empty_with(place, further).await;
        let database = house.database();
        for (course, status) in [(COURSE, "PUBLISHED"), (DRAFT, "DRAFT")] {
            let insert = database.query("INSERT INTO courses (id, status, seq) VALUES (?, ?, 1)");
            insert.bind(course).bind(status).execute().await.unwrap();
        }
        for (lesson, course, is_free_preview) in
            [(LESSON, COURSE, false), (PREVIEW, COURSE, true), (HIDDEN, DRAFT, true)]
        {
            let insert = "INSERT INTO playables (id, kind, course_id, is_free_preview) VALUES (?, 'les', ?, ?)";
            database.query(insert).bind(lesson).bind(course).bind(is_free_preview).execute().await.unwrap();
        }
        house
    }

    /// It has heard of nothing.
    pub(crate) async fn empty(place: TestDatabase) -> Self {
        Self::empty_with(place, json!({})).await
    }

    async fn empty_with(place: TestDatabase, mut options: Value) -> Self {
        let options = |folder: &std::path::Path| {
            options["folder"] = json!(folder.join("files"));
            options["publicUrl"] = json!(ORIGIN);
            // The clock of a test stands still, and some ask by the thousand.
            if options["limits"].is_null() {
                options["limits"] = json!({ "downloadsPerMinute": 0 });
            }
            options
        };
        Self(TestSubgraph::start_with(&SUBGRAPH, place, options).await)
    }

    /// Announces a file; what `createUpload` answers of it.
    pub(crate) async fn announce(&self, viewer: &Viewer, sending: Sending<'_>) -> Value {
        let upload = "upload { id method url expiresAt maxBytes headers { name value } parts { number url byteSize }
          file { id status fileName } }";
        let reply = self.change(viewer, "createUpload", upload, sending.input()).await;
        let upload = reply.data("/createUpload/upload").clone();
        assert!(upload.is_object(), "{}", reply.body);
        upload
    }

    /// Says that everything was sent.
    pub(crate) async fn complete(&self, viewer: &Viewer, upload: &Value) -> Reply {
        let file = "file { id status sha256 durationSeconds }";
        self.change(viewer, "completeUpload", file, json!({ "uploadId": upload["id"] })).await
    }

    /// Sends a file in one piece, and completes it; its id.
    pub(crate) async fn keep(&self, viewer: &Viewer, sending: Sending<'_>) -> String {
        let upload = self.announce(viewer, sending).await;
        let reply = self.put(text(&upload["url"]), sending.content_type, sending.bytes).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        self.complete(viewer, &upload).await.text_at("/completeUpload/file/id")
    }

    /// A film that an administrator has sent for a lesson; its id.
    pub(crate) async fn film_of(&self, lesson: LessonId) -> String {
        let file = self.keep(&admin(), VIDEO).await;
        let reply = self.attach(&file, lesson).await;
        assert_eq!(reply.user_error("attachMedia"), "", "{}", reply.body);
        file
    }

    pub(crate) async fn attach(&self, file: &str, owner: impl Into<PlayableId>) -> Reply {
        let input = json!({ "fileId": file, "ownerId": owner.into() });
        self.change(&admin(), "attachMedia", "file { id owner { id } }", input).await
    }

    pub(crate) async fn delete(&self, viewer: &Viewer, file: &str) -> Reply {
        self.change(viewer, "deleteMediaFile", "file { id status }", json!({ "fileId": file })).await
    }

    /// An address to fetch a file from.
    pub(crate) async fn address(&self, viewer: &Viewer, file: &str) -> String {
        let reply = self.change(viewer, "createDownload", "ticket { url }", json!({ "fileId": file })).await;
        reply.text_at("/createDownload/ticket/url")
    }

    /// What playing something is answered with.
    pub(crate) async fn stream(&self, viewer: &Viewer, lesson: LessonId, protocol: &str) -> Value {
        let query = format!(
            "{{ playable(id: \"{lesson}\") {{ stream(protocol: {protocol}) {{
                 ... on StreamTicket {{ id url expiresAt protocol contentType byteSize file {{ id }} }}
                 ... on AccessDenied {{ reason message }} }} }} }}"
        );
        let reply = self.ask(viewer, &query).await;
        assert!(reply.codes().is_empty(), "{}", reply.body);
        reply.data("/playable/stream").clone()
    }

    /// An address to play something from.
    pub(crate) async fn playing(&self, viewer: &Viewer, lesson: LessonId, protocol: &str) -> String {
        text(&self.stream(viewer, lesson, protocol).await["url"]).to_owned()
    }

    /// Why something is not played; empty when it is.
    pub(crate) async fn denied(&self, viewer: &Viewer, lesson: LessonId) -> String {
        let answer = self.stream(viewer, lesson, "PROGRESSIVE").await;
        answer["reason"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends these bytes to an address.
    pub(crate) async fn put(&self, url: &str, content_type: &str, bytes: &[u8]) -> Reply {
        let length = bytes.len().to_string();
        let headers = [(CONTENT_TYPE.as_str(), content_type), (CONTENT_LENGTH.as_str(), length.as_str())];
        self.http(Method::PUT, url, &headers, bytes.to_vec()).await
    }

    pub(crate) async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        self.http(Method::GET, url, headers, Vec::new()).await
    }

    /// Any request to an address.
    pub(crate) async fn http(&self, method: Method, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        self.send(request(method, url, headers, Body::from(body))).await
    }

    /// Gives somebody a place in the open course.
    pub(crate) async fn enroll(&self, viewer: &Viewer, source: &str) {
        let insert = "INSERT INTO course_places (user_id, course_id, source, is_revoked, seq) VALUES (?, ?, ?, 0, 1)";
        let insert = self.database().query(insert).bind(user(viewer)).bind(COURSE).bind(source);
        insert.execute().await.unwrap();
    }

    /// Takes all places back.
    pub(crate) async fn revoke(&self) {
        self.database().query("UPDATE course_places SET is_revoked = 1").execute().await.unwrap();
    }

    /// What somebody keeps here: bytes and files.
    pub(crate) async fn usage(&self, viewer: &Viewer) -> (i64, i64) {
        let select =
            self.database().query("SELECT bytes, files FROM upload_usage WHERE user_id = ?").bind(user(viewer));
        let row = select.fetch_optional().await.unwrap();
        row.map_or((0, 0), |row| (row.get("bytes").unwrap(), row.get("files").unwrap()))
    }

    /// Everything that lies in the store, finished or not.
    pub(crate) fn stored(&self) -> Vec<PathBuf> {
        fn below(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { below(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        below(&self.files(), &mut found);
        found.sort();
        found
    }

    /// The folder of files.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder().join("files")
    }

    /// The data of all events of a type, in order.
    pub(crate) async fn told(&self, kind: &str) -> Vec<Value> {
        let select = self.database().query("SELECT data FROM outbox WHERE type = ? ORDER BY position").bind(kind);
        let rows = select.fetch_all().await.unwrap();
        rows.iter().map(|row| serde_json::from_str(&row.get::<String>("data").unwrap()).unwrap()).collect()
    }

    /// Publishes what sisters tell, as the log does when it delivers twice, and waits until a consumer has dealt with it.
    pub(crate) async fn hear(&self, consumer: &str, events: &[Event]) {
        let heard = "SELECT (SELECT COUNT(*) FROM inbox WHERE consumer = ?)
          + (SELECT COUNT(*) FROM dead_letters WHERE consumer = ?) AS n";
        let count = async || -> i64 {
            let row = self.database().query(heard).bind(consumer).bind(consumer).fetch_one().await.unwrap();
            row.get("n").unwrap()
        };
        let expected = count().await + i64::try_from(events.len()).unwrap();
        for _ in 0..2 {
            let watermark = Watermark { remembered: 0, raised: 0 };
            self.event_log().publish(&events[0].source, events, watermark).await.unwrap();
        }
        let all_heard = async {
            while count().await < expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all_heard).await.expect("the events are dealt with");
    }
}

/// A request to an address, as a client of its origin sends it.
pub(crate) fn request(method: Method, url: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let builder = Request::builder().method(method).uri(url.strip_prefix(ORIGIN).unwrap_or(url));
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(body).unwrap()
}

pub(crate) fn user(viewer: &Viewer) -> UserId {
    viewer.user_id().unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
