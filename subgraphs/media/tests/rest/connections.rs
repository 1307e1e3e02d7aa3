//! What happens on the wire: clients that go, trickle, or do not read (RG-36, RG-37, RG-39, PS-11).

use std::sync::Arc;
use std::time::Duration;

use kit_testing::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::house::{DIGITS, House, Sending, TEXT, learner, text};

const ORIGIN: &str = "https://files.lyceum.example";

/// A house with a door to the loopback.
struct Street {
    house: Arc<House>,
    address: std::net::SocketAddr,
    serving: JoinHandle<()>,
}

impl Street {
    async fn open() -> Self {
        let house = Arc::new(House::open(TestDatabase::sqlite()).await);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn({
            let house = Arc::clone(&house);
            async move { house.running().serve(listener).await.unwrap() }
        });
        Self { house, address, serving }
    }

    async fn close(self) {
        self.house.stop().await;
        self.serving.await.unwrap();
    }

    /// A connection over which this has been said.
    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Everything that is answered until the connection is closed.
    async fn hear(&self, text: &str) -> String {
        let mut stream = self.say(text).await;
        let mut heard = Vec::new();
        let reading = stream.read_to_end(&mut heard);
        tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the connection is closed").unwrap();
        String::from_utf8(heard).unwrap()
    }

    /// How many files of the store this process has open.
    fn open_files(&self) -> usize {
        let folder = self.house.files();
        let open =
            std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
        open.filter(|path| path.starts_with(&folder)).count()
    }

    /// Waits until something holds.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap_or_else(|_| panic!("{what}"));
    }
}

/// Path and query of an address.
fn path(url: &str) -> &str {
    url.strip_prefix(ORIGIN).unwrap()
}

fn get(path: &str, version: &str, headers: &str) -> String {
    format!("GET {path} HTTP/{version}\r\nHost: a\r\n{headers}\r\n")
}

/// RG-39, AS-035: after a range, and after one that cannot be satisfied, the connection goes on; HTTP/1.0 is answered, too.
#[tokio::test]
async fn rg_39_a_connection_goes_on_after_ranges() {
    let street = Street::open().await;
    let file = street.house.keep(&learner(), TEXT).await;
    let url = street.house.address(&learner(), &file).await;
    let path = path(&url);
    let requests = [
        get(path, "1.1", "Range: bytes=2-4\r\n"),
        get(path, "1.1", "Range: bytes=10-\r\n"),
        get(path, "1.1", "If-None-Match: *\r\n"),
        get(path, "1.1", "Range: bytes=0-0,9-9\r\n").replace("GET", "HEAD"),
        get(path, "1.1", "Range: bytes=0-0,9-9\r\n"),
        get(path, "1.1", "Connection: close\r\n"),
    ];
    let heard = street.hear(&requests.concat()).await;
    let statuses: Vec<&str> = heard.match_indices("HTTP/1.1 ").map(|(at, _)| &heard[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["206", "416", "304", "200", "206", "200"], "{heard}");
    let not_modified = heard.split("HTTP/1.1 ").find(|reply| reply.starts_with("304")).unwrap();
    assert!(!not_modified.contains("content-length") && not_modified.ends_with("\r\n\r\n"), "RG-28: {not_modified}");
    assert!(heard.contains("\r\n\r\n234HTTP/1.1 416") && heard.ends_with("\r\n\r\n0123456789"), "{heard}");
    let heard = street.hear(&get(path, "1.0", "Range: bytes=-1\r\n")).await;
    assert!(heard.starts_with("HTTP/1.0 206") && heard.ends_with("\r\n\r\n9"), "{heard}");
    street.close().await;
}

/// RG-37: who asks and goes leaves nothing open; while one reads slowly others are served at once, and no more is read of
/// a file than is taken (RG-36).
#[tokio::test]
async fn rg_36_and_rg_37_who_goes_or_dawdles_costs_nothing() {
    let street = Street::open().await;
    let bytes = b"0123456789abcdef".repeat(1024 * 1024);
    let file = street.house.keep(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let url = street.house.address(&learner(), &file).await;
    let request = get(path(&url), "1.1", "");
    for _ in 0..100 {
        drop(street.say(&request).await);
    }
    street.until("the files of those who went are closed", |street| street.open_files() == 0).await;
    let mut dawdling = Vec::new();
    for _ in 0..50 {
        let mut stream = street.say(&request).await;
        let mut first = [0; 16];
        stream.read_exact(&mut first).await.unwrap();
        dawdling.push(stream);
    }
    assert!(street.open_files() <= 50);
    let heard = street.hear(&get(path(&url), "1.1", "Range: bytes=5-9\r\nConnection: close\r\n")).await;
    assert!(heard.ends_with("\r\n\r\n56789"), "{heard}");
    drop(dawdling);
    street.until("the files of those who dawdled are closed", |street| street.open_files() == 0).await;
    street.close().await;
}

/// PS-11, PS-15: a sender who goes in the middle leaves nothing, and may come again.
#[tokio::test]
async fn ps_15_a_sender_who_goes_leaves_nothing() {
    let street = Street::open().await;
    let bytes = b"0123456789abcdef".repeat(1024 * 1024);
    let upload = street.house.announce(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let url = text(&upload["url"]);
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
        path(url),
        bytes.len()
    );
    let mut stream = street.say(&head).await;
    stream.write_all(&bytes[..4 * 1024 * 1024]).await.unwrap();
    street.until("it is being received", |street| !street.house.stored().is_empty()).await;
    drop(stream);
    street
        .until("what came of it is gone", |street| street.house.stored().is_empty() && street.open_files() == 0)
        .await;
    assert_eq!(street.house.put(url, "text/plain", &bytes).await.status, 201);
    street.close().await;
}

/// PS-11: a body without a length is not taken, nor is one in chunks.
#[tokio::test]
async fn ps_11_a_body_in_chunks_is_not_taken() {
    let street = Street::open().await;
    let upload = street.house.announce(&learner(), TEXT).await;
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nConnection: close\r\n",
        path(text(&upload["url"]))
    );
    let heard = street.hear(&format!("{head}Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")).await;
    assert!(heard.starts_with("HTTP/1.1 411"), "{heard}");
    let digits = std::str::from_utf8(DIGITS).unwrap();
    let heard = street.hear(&format!("{head}Content-Length: 10\r\n\r\n{digits}")).await;
    assert!(heard.starts_with("HTTP/1.1 201"), "{heard}");
    street.close().await;
}

/// AS-155: a sender who trickles has as long as the address is good, and no longer.
#[tokio::test]
async fn a_sender_who_trickles_is_cut_off_at_the_end_of_the_upload() {
    let street = Street::open().await;
    let upload = street.house.announce(&learner(), TEXT).await;
    street.house.clock().advance(Duration::from_micros(15 * 60 * 1_000_000 - 200_000));
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n01234",
        path(text(&upload["url"]))
    );
    let mut stream = street.say(&head).await;
    let mut heard = vec![0; 12];
    let reading = stream.read_exact(&mut heard);
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("it is cut off").unwrap();
    assert_eq!(heard, b"HTTP/1.1 403");
    assert_eq!(street.house.stored(), Vec::<std::path::PathBuf>::new());
    street.close().await;
}
