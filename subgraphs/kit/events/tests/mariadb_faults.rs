//! What a MariaDB server can do to its clients, dying included: EB-09.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use kit_database::idempotency::{Claim, IdempotencyError, IdempotencyKey, claim};
use kit_database::{Database, DatabaseError, DatabaseLocation, DatabaseSettings, in_transaction};
use kit_events::{Event, NewEvent, Origin, outbox};
use kit_testing::{MariaDb, TestDatabase, skip_without};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::stage::{Counting, Log, PATIENCE, PUBLISHED, Stage, append, new_event};

/// Writers that write at once.
const WRITERS: usize = 4;
/// Acknowledged events between two deaths of the server.
const EVENTS_PER_LIFE: usize = 40;
/// How often it dies.
const DEATHS: usize = 3;

/// A server that nobody else uses, and a stage on it.
async fn own_server() -> Option<(MariaDb, Stage)> {
    match MariaDb::start() {
        Ok(server) => {
            let place = TestDatabase::mariadb(&server).await;
            let stage = Stage::set(&place, Log::Embedded).await;
            Some((server, stage))
        }
        Err(reason) => {
            skip_without(&reason);
            None
        }
    }
}

/// Numbers of aggregates and events always go together: neither is written without the other.
async fn assert_no_half_writes(stage: &Stage) {
    let events = stage.count("SELECT COUNT(*) FROM outbox").await;
    assert_eq!(stage.count("SELECT CAST(COALESCE(SUM(last_seq), 0) AS SIGNED) FROM event_sequences").await, events);
    assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 0);
}

/// Appends until it is told to stop, whatever fails; returns what was acknowledged.
async fn write_on(
    database: Database,
    writer: usize,
    stop: watch::Receiver<bool>,
    acknowledged: Arc<AtomicUsize>,
) -> Vec<(String, i64)> {
    let mut written = Vec::new();
    for number in 0.. {
        if *stop.borrow() {
            break;
        }
        match append(&database, &format!("crs_{writer}_{}", number % 3), PUBLISHED).await {
            Ok(event) => {
                acknowledged.fetch_add(1, Ordering::SeqCst);
                written.push((event.subject, event.seq));
            }
            Err(_unknown) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    written
}

/// EB-09: the server is killed under load, again and again, and starts again on what it has kept: what it acknowledged
/// is there, the rest is there wholly or not at all, and each event takes effect once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_keeps_what_it_has_acknowledged() {
    let Some((server, stage)) = own_server().await else { return };
    let (stop, stopping) = watch::channel(false);
    let (stop_writing, writing_stops) = watch::channel(false);
    let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
    let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping));
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|writer| {
        tokio::spawn(write_on(stage.database.clone(), writer, writing_stops.clone(), Arc::clone(&acknowledged)))
    });
    let writers: Vec<_> = writers.collect();
    for death in 1..=DEATHS + 1 {
        let progress = async {
            while acknowledged.load(Ordering::SeqCst) < death * EVENTS_PER_LIFE {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, progress).await.expect("writers go on when the server is back");
        if death <= DEATHS {
            server.kill();
            server.start_again();
        }
    }
    stop_writing.send(true).unwrap();
    let mut promised = BTreeSet::new();
    for writer in writers {
        promised.extend(writer.await.unwrap());
    }
    assert_no_half_writes(&stage).await;
    let events = stage.count("SELECT COUNT(*) FROM outbox").await;
    stage.wait_for_effects(usize::try_from(events).unwrap()).await;
    let effects: BTreeSet<_> = stage.effects().await.into_iter().collect();
    assert_eq!(promised.difference(&effects).collect::<Vec<_>>(), Vec::<&(String, i64)>::new());
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, async { (relaying.await.unwrap(), consuming.await.unwrap()) }).await.unwrap();
    assert_no_half_writes(&stage).await;
}

/// EB-09: a server that only reads, as after a failover to a replica: writes are refused with a reason, reads go on, and
/// when it writes again everything that waited takes effect. Nothing has become a dead letter meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_only_reads_is_waited_for() {
    let Some((server, stage)) = own_server().await else { return };
    stage.publish("crs_1").await;
    append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
    server.administrate("SET GLOBAL read_only = ON").await;
    let refused = append(&stage.database, "crs_1", PUBLISHED).await.unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
    let refused = stage.relay().publish_all().await.unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
    assert_eq!(stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap(), 0);
    assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 1);
    assert_eq!(stage.effects().await, []);

    server.administrate("SET GLOBAL read_only = OFF").await;
    append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
    stage.relay().publish_all().await.unwrap();
    stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
    stage.wait_for_effects(3).await;
    assert_no_half_writes(&stage).await;
    assert_eq!(
        stage.count("SELECT COUNT(*) FROM delivery_failures").await,
        0,
        "no attempt counts that could not come to anything"
    );
}

/// The server's files may grow up to here. Its redo log has had 16 MiB from the beginning.
const FILES_MAX: u64 = 20 * 1024 * 1024;
/// What an event takes on the full disk.
const EVENT_BYTES: usize = 6_000;
/// Old events of the same size, which leave little room.
const FILL: &str =
    "INSERT INTO outbox (event_id, subject, seq, type, data, correlation_id, replay, occurred_at, published_at)
  SELECT UNHEX(LPAD(HEX(seq), 32, '0')), 'filler', seq, '', REPEAT('a', 6000), '', 0, 0, 1 FROM seq_1_to_2200";
const MAKE_ROOM: &str = "DELETE FROM outbox WHERE subject = 'filler'";

async fn append_much(database: &Database, subject: &str) -> Result<Event, DatabaseError> {
    let data = serde_json::json!({ "text": "a".repeat(EVENT_BYTES) });
    in_transaction!(database, |transaction| {
        let event = NewEvent { data: data.clone(), ..new_event(subject, PUBLISHED) };
        outbox::append(transaction, &Origin::new("flow-1", None), event).await
    })
}

/// EB-09: a full disk refuses events with a reason and keeps all that it has acknowledged; with room again all goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_forgets_nothing() {
    let Some((server, stage)) = own_server().await else { return };
    stage.database.query(FILL).execute().await.unwrap();
    server.limit_files(Some(FILES_MAX));
    let mut acknowledged = 0;
    let refused = loop {
        match append_much(&stage.database, "crs_1").await {
            Ok(event) => acknowledged = event.seq,
            Err(refused) => break refused,
        }
        assert!(acknowledged < 5_000, "the disk is never full; the test proves nothing");
    };
    assert!(matches!(refused, DatabaseError::Storage { .. }), "{refused:?}");
    assert!(acknowledged > 3, "{acknowledged} events fitted only; the test proves nothing");
    assert_eq!(outbox::backlog(&stage.database).await.unwrap(), acknowledged);
    let last: i64 = stage.count("SELECT last_seq FROM event_sequences").await;
    assert_eq!(last, acknowledged, "the number of what was refused is not taken");

    stage.database.query(MAKE_ROOM).execute().await.unwrap();
    server.limit_files(None);
    assert_eq!(append_much(&stage.database, "crs_1").await.unwrap().seq, acknowledged + 1);
    // What is on the disk now is what a server finds there that starts on it.
    server.kill();
    server.start_again();
    stage.relay().publish_all().await.unwrap();
    stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
    stage.wait_for_effects(usize::try_from(acknowledged).unwrap() + 1).await;
    assert_no_half_writes(&stage).await;
}

/// When the way to the server is cut.
const NEVER: u8 = 0;
const BEFORE_A_COMMIT: u8 = 1;
const AFTER_A_COMMIT: u8 = 2;

/// A way to a server that can be cut in the middle of a commit: once, then it is whole again.
struct Way {
    address: SocketAddr,
    cut: Arc<AtomicU8>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = Arc::new(AtomicU8::new(NEVER));
        let cutting = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&cutting)));
            }
        });
        Self { address, cut }
    }
}

/// Passes bytes in both directions until either side goes, or the way is cut.
async fn pass(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            length = client.read(&mut asked) => {
                let Ok(length @ 1..) = length else { return };
                let is_commit = asked[..length].windows(6).any(|word| word == b"COMMIT");
                let when = if is_commit { cut.swap(NEVER, Ordering::SeqCst) } else { NEVER };
                if when == BEFORE_A_COMMIT || server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                if when == AFTER_A_COMMIT {
                    // The server has answered, so it has committed; nobody hears of it.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            length = server.read(&mut answered) => {
                let Ok(length @ 1..) = length else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// EB-09, EB-04: a connection that is cut in the middle of a commit, before the server has heard of it and after it has
/// done it. Both fail visibly and are not done again by themselves, since nobody knows; whoever repeats the work under
/// its key has it once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_fails_and_is_not_done_twice() {
    let server = match MariaDb::shared() {
        Ok(server) => server,
        Err(reason) => return skip_without(reason),
    };
    let url = server.new_schema().await;
    let (account, rest) = url.expose_secret().split_once('@').unwrap();
    let (address, schema) = rest.split_once('/').unwrap();
    let way = Way::to(address.to_owned()).await;
    let cut_url = SecretString::from(format!("{account}@{}/{schema}", way.address));
    let open = |url| Database::open(DatabaseSettings::new("counting", DatabaseLocation::MySql { url }));
    let (watching, database) = (open(url.clone()).await.unwrap(), open(cut_url).await.unwrap());
    watching.migrate_only(&kit_database::KIT_MIGRATIONS).await.unwrap();

    let attempts = AtomicUsize::new(0);
    let publish_once = async |key: &IdempotencyKey| -> Result<i64, IdempotencyError> {
        in_transaction!(database, |transaction| {
            attempts.fetch_add(1, Ordering::SeqCst);
            let ticket = match claim::<i64>(transaction, Some(key), 1_780_000_000_000_000).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(seq) => return Ok(seq),
            };
            let origin = Origin::new("flow-1", None);
            let seq = outbox::append(transaction, &origin, new_event("crs_1", PUBLISHED)).await?.seq;
            ticket.store(transaction, &seq).await?;
            Ok(seq)
        })
    };
    let written = async || outbox::backlog(&watching).await.unwrap();
    for (round, when, is_done) in [(1, BEFORE_A_COMMIT, false), (2, AFTER_A_COMMIT, true), (3, BEFORE_A_COMMIT, false)]
    {
        let key = IdempotencyKey::of_call("usr_1", Some(&format!("key-{round}")), "publish", &round).unwrap().unwrap();
        way.cut.store(when, Ordering::SeqCst);
        attempts.store(0, Ordering::SeqCst);
        let unknown = publish_once(&key).await.unwrap_err();
        assert!(matches!(unknown, IdempotencyError::Database(DatabaseError::Unavailable { .. })), "{unknown:?}");
        assert_eq!(attempts.load(Ordering::SeqCst), 1, "what may have been done is not done again by itself");
        assert_eq!(written().await, round - 1 + i64::from(is_done));
        assert_eq!(publish_once(&key).await.unwrap(), round, "the number of the first time, or the first number");
        assert_eq!(publish_once(&key).await.unwrap(), round);
        assert_eq!(written().await, round);
    }
}
