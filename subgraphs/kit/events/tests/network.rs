//! A network that delays, cuts in the middle of a word, refuses and goes silent, between the log's clients and its server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use kit_events::{ConsumerRunner, RedisEventLog, Relay, outbox};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::each_log::run_redis;
use crate::stage::{Counting, EAGER, PATIENCE, PUBLISHED, Stage, append};

/// What the network does to every piece that passes.
const SOUND: u8 = 0;
const SLOW: u8 = 1;
const CUTTING: u8 = 2;
const SILENT: u8 = 3;
const REFUSING: u8 = 4;

/// A way to a server that can be spoilt.
struct Network {
    address: SocketAddr,
    mood: Arc<AtomicU8>,
}

impl Network {
    async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = Arc::new(AtomicU8::new(SOUND));
        let pieces = Arc::new(AtomicU64::new(0));
        let spoilt = Arc::clone(&mood);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if spoilt.load(Ordering::Relaxed) == REFUSING {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                let there = pass(from_client, to_server, Arc::clone(&spoilt), Arc::clone(&pieces));
                let back = pass(from_server, to_client, Arc::clone(&spoilt), Arc::clone(&pieces));
                // Either direction's end ends both: a connection that was cut is cut.
                tokio::spawn(async move {
                    tokio::select! { () = there => {}, () = back => {} }
                });
            }
        });
        Self { address, mood }
    }

    fn becomes(&self, mood: u8) {
        self.mood.store(mood, Ordering::Relaxed);
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mood: Arc<AtomicU8>,
    pieces: Arc<AtomicU64>,
) {
    let mut buffer = [0; 512];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        let piece = pieces.fetch_add(1, Ordering::Relaxed);
        let mut sent = length;
        match mood.load(Ordering::Relaxed) {
            SLOW => tokio::time::sleep(Duration::from_millis(piece % 40)).await,
            // Half of the piece gets through, so that nobody knows what has happened.
            CUTTING if piece % 9 == 8 => sent = length / 2,
            SILENT => std::future::pending().await,
            REFUSING => return,
            _ => {}
        }
        if to.write_all(&buffer[..sent]).await.is_err() || sent < length {
            return;
        }
    }
}

/// EB-11: delays, connections cut in the middle of commands and answers, a standstill without an end of the connection,
/// and refusals: nothing is lost, nothing takes effect twice, no order is turned around.
#[test]
fn a_bad_network_loses_and_doubles_nothing() {
    run_redis(false, async |stage: Stage| {
        let address = stage.server().expose_secret().trim_start_matches("redis://").to_owned();
        let (server, database) = address.split_once('/').unwrap();
        let network = Network::before(server.to_owned()).await;
        let url = SecretString::from(format!("redis://{}/{database}", network.address));
        let open = || Arc::new(RedisEventLog::open(&url).unwrap().with_claim_idle(Duration::from_millis(500)));
        let (stop, stopping) = watch::channel(false);
        let mut tasks = vec![tokio::spawn(Relay::new(stage.database.clone(), open()).run(stopping.clone()))];
        for _ in 0..2 {
            let consumer = Arc::new(Counting::default());
            let runner = ConsumerRunner::new(consumer, stage.open_database().await, open()).with_policy(EAGER);
            tasks.push(tokio::spawn(runner.run(stopping.clone())));
        }
        for mood in [SLOW, CUTTING, SILENT, CUTTING, REFUSING, SLOW] {
            network.becomes(mood);
            for number in 0..40 {
                append(&stage.database, &format!("crs_{}", number % 5), PUBLISHED).await.unwrap();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        network.becomes(SOUND);
        stage.wait_for_effects(240).await;
        stop.send(true).unwrap();
        for task in tasks {
            tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
        }
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
    });
}
