//! What routers share on a Redis server: a real one, which is killed, started anew, slowed down and put in another time.

#![expect(clippy::unwrap_used, reason = "a test that does not find what it looks for has failed")]

#[path = "shared/caches.rs"]
mod caches;
#[path = "shared/courses.rs"]
mod courses;
#[path = "shared/proxy.rs"]
mod proxy;
#[path = "shared/rates.rs"]
mod rates;
#[path = "shared/revoked.rs"]
mod revoked;
#[path = "shared/routers.rs"]
mod routers;
#[path = "shared/shared_time.rs"]
mod shared_time;

use std::future::Future;
use std::time::Duration;

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks again and again until it is so.
async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}
