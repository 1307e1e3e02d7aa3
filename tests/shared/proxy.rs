//! A way to a server that takes as long as a test wants.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Stands before a server and delays its answers.
pub(crate) struct Proxy {
    url: SecretString,
    delay_ms: Arc<AtomicU64>,
    is_cut: Arc<AtomicBool>,
}

impl Proxy {
    /// Before the server at this address.
    pub(crate) async fn before(url: &SecretString) -> Self {
        let (server, database) = url.expose_secret().strip_prefix("redis://").unwrap().split_once("/").unwrap();
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = format!("redis://{}/{database}", listener.local_addr().unwrap());
        let delay_ms = Arc::new(AtomicU64::new(0));
        let is_cut = Arc::new(AtomicBool::new(false));
        let (delay, cut) = (Arc::clone(&delay_ms), Arc::clone(&is_cut));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if cut.load(Ordering::Relaxed) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                tokio::spawn(pass(client, server, Arc::clone(&delay), Arc::clone(&cut)));
            }
        });
        Self { url: own.into(), delay_ms, is_cut }
    }

    /// Its own address.
    pub(crate) fn url(&self) -> &SecretString {
        &self.url
    }

    /// Each answer takes so much longer from now on.
    pub(crate) fn delay(&self, delay: Duration) {
        self.delay_ms.store(delay.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    /// Whether what is asked from now on gets nowhere: connections end with it, and none is made.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
    }
}

async fn pass(client: TcpStream, server: TcpStream, delay_ms: Arc<AtomicU64>, is_cut: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = tokio::spawn(async move {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
            if is_cut.load(Ordering::Relaxed) || to_server.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
    });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
        tokio::time::sleep(Duration::from_millis(delay_ms.load(Ordering::Relaxed))).await;
        if to_client.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
    asking.abort();
}
