//! What happens on the wire: clients that go, trickle, or do not read (RG-36, RG-37, RG-39, PS-11).

use std::sync::Arc;
use std::time::Duration;

use kit_testing::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::house::{DIGITS, House, Sending, TEXT, learner, text};

const ORIGIN: &str = "https://files.lyceum.example";
/// Held by tests that open or count descriptors by the thousand.
static DESCRIPTORS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

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
        tokio::time::timeout(Duration::from_secs(60), reading).await.expect("the connection is closed").unwrap();
        String::from_utf8(heard).unwrap()
    }

    /// The same over a connection that holds little on its way.
    async fn say_narrowly(&self, text: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// How many files of the store this process has open.
    fn open_files(&self) -> usize {
        self.read_of_files().len()
    }

    /// How much has been read of each file of the store that this process has open, in bytes.
    fn read_of_files(&self) -> Vec<u64> {
        let folder = self.house.files();
        let entries = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(Result::ok);
        let open = entries.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|path| path.starts_with(&folder)));
        let described = open.filter_map(|entry| {
            std::fs::read_to_string(format!("/proc/self/fdinfo/{}", entry.file_name().to_str()?)).ok()
        });
        described.map(|text| text.split_whitespace().nth(1).unwrap().parse().unwrap()).collect()
    }

    /// Waits until something holds.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("{what}"));
    }
}

/// How many descriptors this process has open.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
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

/// RG-37: ten thousand ask for a part each, and go before it has come; nothing stays open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rg_37_who_goes_leaves_nothing_open() {
    const STORM: u64 = 10_000;
    const AT_ONCE: u64 = 100;
    let _all = DESCRIPTORS.lock().await;
    let street = Street::open().await;
    let bytes = b"0123456789abcdef".repeat(1024 * 1024);
    let file = street.house.keep(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let url = street.house.address(&learner(), &file).await;
    let before = descriptors();
    let storm = (0..AT_ONCE).map(async |wave| {
        for number in (wave..STORM).step_by(usize::try_from(AT_ONCE).unwrap()) {
            let from = number * 1_000 % (bytes.len() as u64);
            let mut stream = street.say(&get(path(&url), "1.1", &format!("Range: bytes={from}-\r\n"))).await;
            // Some go at once, others while it comes; a socket that is not read to its end is reset.
            if number % 2 == 0 {
                stream.read_exact(&mut [0; 16]).await.unwrap();
            }
        }
    });
    futures_util::future::join_all(storm).await;
    street.until("the files of those who went are closed", |street| street.open_files() == 0).await;
    // What other tests of this program have open at this moment comes and goes.
    street.until("and so are their connections", |_| descriptors() < before + 200).await;
    let heard = street.hear(&get(path(&url), "1.1", "Range: bytes=5-9\r\nConnection: close\r\n")).await;
    assert!(heard.ends_with("\r\n\r\n56789"), "{heard}");
    street.close().await;
}

/// RG-36: a thousand who take a byte a second hold what fits between them and the file, and no more is read of it than is
/// taken; others are served at once. Who takes nothing at all for a minute is cut off (kit-service).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rg_36_who_dawdles_costs_little() {
    const READERS: usize = 1_000;
    const BLOCK: u64 = 256 * 1024;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
    let _all = DESCRIPTORS.lock().await;
    let street = Street::open().await;
    let bytes = b"0123456789abcdef".repeat(2 * 1024 * 1024);
    let file = street.house.keep(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let url = street.house.address(&learner(), &file).await;
    let request = get(path(&url), "1.1", "");
    let mut dawdling = Vec::new();
    for _ in 0..READERS / 100 {
        let hundred = (0..100).map(async |_| {
            let mut stream = street.say_narrowly(&request).await;
            let mut status = [0; 12];
            stream.read_exact(&mut status).await.unwrap();
            assert_eq!(&status, b"HTTP/1.1 200");
            stream
        });
        dawdling.extend(futures_util::future::join_all(hundred).await);
    }
    for second in 0..4 {
        let began = tokio::time::Instant::now();
        futures_util::future::join_all(dawdling.iter_mut().map(async |stream| stream.read_u8().await.unwrap())).await;
        let asked = tokio::time::Instant::now();
        let heard = street.hear(&get(path(&url), "1.1", "Range: bytes=5-9\r\nConnection: close\r\n")).await;
        assert!(heard.ends_with("\r\n\r\n56789"), "{heard}");
        assert!(asked.elapsed() < Duration::from_secs(10), "{second}: {:?}", asked.elapsed());
        tokio::time::sleep_until(began + Duration::from_secs(1)).await;
    }
    let read = street.read_of_files();
    assert_eq!(read.len(), READERS);
    let most = read.iter().max().copied().unwrap_or_default();
    assert!(most <= 32 * BLOCK, "{most} bytes were read for somebody who takes a byte a second");
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
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("it is cut off").unwrap();
    assert_eq!(heard, b"HTTP/1.1 403");
    assert_eq!(street.house.stored(), Vec::<std::path::PathBuf>::new());
    street.close().await;
}
