//! What can happen to a file and to the processes that write to it: EB-10.
//!
//! The processes are this program again, asked for one of the tests below that are none.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kit_database::{Database, DatabaseError, DatabaseLocation, DatabaseSettings, Durability};
use kit_events::outbox;
use kit_testing::{TestDatabase, run_on_sqlite};

use crate::stage::{Counting, Log, PUBLISHED, Stage, append};

/// Tells a child which database to write to.
const DATABASE: &str = "LYCEUM_TEST_CHILD_DATABASE";
/// What a child says of an event that was acknowledged: the word, then its aggregate and its number.
const WRITTEN: &str = "written ";
/// What it says of a failure that ended its work.
const REFUSED: &str = "refused ";
/// Tasks of a child that write at once.
const WRITERS: usize = 3;
/// What a child may do about its database before it is a failure of the test.
const HURRY: Duration = Duration::from_millis(2);

fn embedded(path: PathBuf) -> DatabaseSettings {
    DatabaseSettings::new("counting", DatabaseLocation::Sqlite { path, durability: Durability::PowerLoss })
}

fn say(line: &str) {
    // Straight to the pipe, at one go: a test's own output is collected otherwise, and that of tasks mixed.
    std::io::stdout().write_all(format!("\n{line}\n").as_bytes()).unwrap();
}

async fn write_until_refused(database: Database, writer: usize) {
    for number in 0.. {
        match append(&database, &format!("crs_{writer}_{}", number % 3), PUBLISHED).await {
            Ok(event) => say(&format!("{WRITTEN}{} {}", event.subject, event.seq)),
            Err(error) => return say(&format!("{REFUSED}{error:?}")),
        }
    }
}

/// No test, but the process that one kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_writes_until_it_ends() {
    let Ok(path) = std::env::var(DATABASE) else { return };
    let database = Database::open(embedded(path.into())).await.unwrap();
    let writers = (0..WRITERS).map(|writer| tokio::spawn(write_until_refused(database.clone(), writer)));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    // Somebody makes room, and the process goes on without a new start.
    let process = std::process::id().to_string();
    let limited = Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited:"]).status().unwrap();
    assert!(limited.success());
    let event = append(&database, "crs_last", PUBLISHED).await.unwrap();
    say(&format!("{WRITTEN}{} {}", event.subject, event.seq));
}

/// No test, but one process of many that have no patience with each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_in_a_hurry() {
    let Ok(path) = std::env::var(DATABASE) else { return };
    let mut settings = embedded(path.into());
    settings.pool.lock_timeout = HURRY;
    for number in 0..EVENTS_IN_A_HURRY {
        let written = async {
            let database = Database::open(settings.clone()).await?;
            append(&database, &format!("crs_{}", number % 2), PUBLISHED).await
        };
        match written.await {
            Ok(event) => say(&format!("{WRITTEN}{} {}", event.subject, event.seq)),
            Err(error) if error.is_contention() => {}
            // Who opens the file asks it something; who finds it locked then has no connection.
            Err(DatabaseError::Unavailable { source, .. }) if source.to_string().contains("locked") => {}
            Err(error) => say(&format!("{REFUSED}{error:?}")),
        }
    }
}

/// A process that writes to a file.
struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    acknowledged: Vec<(String, i64)>,
    refusals: Vec<String>,
}

impl Process {
    /// Starts this program again for one of the tests that are none; by a shell when it is to have limits.
    fn start(test: &str, database: &Path, limits: Option<&str>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = match limits {
            None => Command::new(program),
            Some(limits) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]).arg(program);
                shell
            }
        };
        let name = format!("sqlite_faults::{test}");
        let command = command.args(["--exact", &name, "--nocapture", "--test-threads=1"]).env(DATABASE, database);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, acknowledged: Vec::new(), refusals: Vec::new() }
    }

    /// Reads on; false when it has ended.
    fn hears(&mut self) -> bool {
        let Some(line) = self.lines.next() else { return false };
        let line = line.unwrap();
        if let Some((subject, seq)) = line.strip_prefix(WRITTEN).and_then(|event| event.split_once(' ')) {
            self.acknowledged.push((subject.to_owned(), seq.parse().unwrap()));
        }
        self.refusals.extend(line.strip_prefix(REFUSED).map(str::to_owned));
        true
    }

    /// Kills it when it has said so much, and reads what it had said by then.
    fn killed_after(mut self, events: usize) -> Self {
        while self.acknowledged.len() < events {
            assert!(self.hears(), "it ended by itself: {:?}", self.refusals);
        }
        self.child.kill().unwrap();
        self.read_out()
    }

    fn read_out(mut self) -> Self {
        while self.hears() {}
        self.child.wait().unwrap();
        self
    }
}

/// The file is whole, holds everything that was acknowledged, and nothing by half; returns how many events it has.
async fn assert_whole(database: &Database, acknowledged: &[(String, i64)]) -> i64 {
    let whole: String = database.query("PRAGMA integrity_check").fetch_one().await.unwrap().get(0).unwrap();
    assert_eq!(whole, "ok");
    for (subject, seq) in acknowledged {
        let found =
            database.query("SELECT COUNT(*) FROM outbox WHERE subject = ? AND seq = ?").bind(subject).bind(*seq);
        assert_eq!(found.fetch_one().await.unwrap().get::<i64>(0).unwrap(), 1, "{subject} {seq} was acknowledged");
    }
    let counted = "SELECT COALESCE(SUM(last_seq), 0) FROM event_sequences";
    let events = outbox::backlog(database).await.unwrap();
    assert_eq!(database.query(counted).fetch_one().await.unwrap().get::<i64>(0).unwrap(), events, "a half write");
    events
}

/// A stage on a file that other processes write to.
async fn shared_stage(folder: &Path) -> Stage {
    Stage::set_at(embedded(folder.join("counting.db")), Log::Embedded).await
}

async fn assert_all_takes_effect(stage: &Stage, events: i64) {
    stage.relay().publish_all().await.unwrap();
    stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
    stage.wait_for_effects(usize::try_from(events).unwrap()).await;
}

/// EB-10, EB-04: a process that writes is killed, again and again, at whatever it is doing to the write-ahead log: what
/// it has acknowledged is in the file, wholly.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_that_it_has_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let stage = shared_stage(folder.path()).await;
    let mut acknowledged = Vec::new();
    let mut events = 0;
    for death in 1..=8 {
        let process = Process::start("child_that_writes_until_it_ends", &folder.path().join("counting.db"), None);
        acknowledged.extend(process.killed_after(death * 7).acknowledged);
        events = assert_whole(&stage.database, &acknowledged).await;
    }
    assert_all_takes_effect(&stage, events).await;
}

/// EB-10: a process whose files may not grow, as on a full disk, is refused with a reason, keeps its word, and goes on
/// when there is room again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_takes_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let stage = shared_stage(folder.path()).await;
    // A megabyte, and an error instead of the end of the process.
    let limits = "trap '' XFSZ; ulimit -S -f 2048";
    let path = folder.path().join("counting.db");
    let process = Process::start("child_that_writes_until_it_ends", &path, Some(limits)).read_out();
    assert_eq!(process.refusals.len(), WRITERS, "{:?}", process.refusals);
    for refusal in &process.refusals {
        assert!(refusal.starts_with("Storage"), "{refusal}");
    }
    assert_eq!(process.acknowledged.last(), Some(&("crs_last".to_owned(), 1)), "it goes on when there is room");
    assert!(process.acknowledged.len() > 10, "the disk was full at once; the test proves nothing");
    let events = assert_whole(&stage.database, &process.acknowledged).await;
    assert_eq!(usize::try_from(events).unwrap(), process.acknowledged.len(), "what was refused is not there");
    assert_all_takes_effect(&stage, events).await;
}

/// Processes that write at once.
const PROCESSES: usize = 4;
/// What each of them tries to write.
const EVENTS_IN_A_HURRY: usize = 40;

/// EB-10: many processes that open one file and write to it, and have no patience: each is told what became of its
/// events, and exactly those are there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_on_one_file_leaves_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let stage = shared_stage(folder.path()).await;
    let path = folder.path().join("counting.db");
    let processes: Vec<_> = (0..PROCESSES).map(|_| Process::start("child_in_a_hurry", &path, None)).collect();
    let mut acknowledged = Vec::new();
    for process in processes {
        let process = process.read_out();
        assert_eq!(process.refusals, Vec::<String>::new());
        acknowledged.extend(process.acknowledged);
    }
    let events = assert_whole(&stage.database, &acknowledged).await;
    assert_eq!(usize::try_from(events).unwrap(), acknowledged.len());
    assert!(events > 0, "nobody had a turn; the test proves nothing");
    assert_all_takes_effect(&stage, events).await;
}

/// Events in the write-ahead log that is torn.
const EVENTS_IN_LOG: i64 = 12;
/// At how many places it is torn.
const TEARS: u64 = 60;

/// EB-10: copies of a database in use, with a write-ahead log that ends anywhere, or whose last part is not what was
/// written: each opens as the database was after one of its transactions, and the longer the log, the later.
#[test]
fn a_copied_or_torn_log_gives_a_moment_of_the_past() {
    run_on_sqlite(async |place: TestDatabase| {
        let stage = Stage::set(&place, Log::Embedded).await;
        // Everything so far goes into the file, so that the log has the events only.
        stage.database.query("PRAGMA wal_checkpoint(TRUNCATE)").execute().await.unwrap();
        for number in 0..EVENTS_IN_LOG {
            append(&stage.database, &format!("crs_{}", number % 3), PUBLISHED).await.unwrap();
        }
        let DatabaseLocation::Sqlite { path, .. } = place.settings("counting").location else { unreachable!() };
        let file = std::fs::read(&path).unwrap();
        let log = std::fs::read(log_of(&path)).unwrap();
        let mut before = 0;
        for tear in 0..=TEARS {
            let length = usize::try_from(log.len() as u64 * tear / TEARS).unwrap();
            let events = events_of_copy(&file, &log[..length]).await;
            assert!(events >= before, "{events} events with more of the log than had {before}");
            before = events;

            let mut spoilt = log.clone();
            spoilt[length.min(log.len() - 1)..].iter_mut().for_each(|byte| *byte ^= 0x55);
            let events_of_spoilt = events_of_copy(&file, &spoilt).await;
            assert!(events_of_spoilt <= events, "{events_of_spoilt} events of a log that is right for {events} only");
        }
        assert_eq!(before, EVENTS_IN_LOG, "the whole log has everything");
    });
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Opens a copy, checks it, and counts its events.
async fn events_of_copy(file: &[u8], log: &[u8]) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    std::fs::write(&path, file).unwrap();
    std::fs::write(log_of(&path), log).unwrap();
    let database = Database::open(embedded(path)).await.unwrap();
    let events = assert_whole(&database, &[]).await;
    // It can be gone on with.
    append(&database, "crs_new", PUBLISHED).await.unwrap();
    database.close().await;
    events
}
