//! How much may be asked over time, of all routers together (OW-13; docs/limits.md).

use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_testing::{MovableClock, Redis, skip_without};
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use router_server::configuration::{Rate, RateLimit, RateSettings, RateStore};
use router_server::{Flow, RouterSettings, SharedBucket, SharedBuckets, SharedBucketsUnavailable, SharedLevels};
use router_shared::{RedisAddress, RedisBuckets};
use secrecy::{ExposeSecret, SecretString};

use crate::proxy::Proxy;
use crate::routers::TestRouter;
use crate::{PATIENCE, until};

/// Nothing comes back while a test goes on: what it takes to fill is years.
const BURST: u64 = 1_000_000_000;
/// How long these tests let an operation wait, unless that is what they are about.
const TIMEOUT: Duration = Duration::from_secs(20);

fn shared() -> Option<&'static Redis> {
    Redis::shared().map_err(|reason| skip_without(reason)).ok()
}

fn own() -> Option<Redis> {
    Redis::start().map_err(|reason| skip_without(&reason)).ok()
}

async fn buckets(url: &SecretString, timeout: Duration) -> Arc<RedisBuckets> {
    let address = RedisAddress::parse(url.expose_secret()).unwrap();
    Arc::new(RedisBuckets::open(&address, "test:rates", timeout).await)
}

/// A router that allows `burst` operations, of which one comes back in a second.
async fn router(url: &SecretString, burst: u64, timeout: Duration) -> TestRouter {
    let operations = Some(Rate { per_second: 1, burst });
    let mut settings = RouterSettings::default();
    settings.listeners.trusted_proxies = 1;
    settings.rates = RateSettings {
        address: Some(RateLimit { operations, cost: None }),
        store: RateStore::Redis,
        redis: Some("redis://shared".to_owned()),
        ..RateSettings::default()
    };
    TestRouter::new(settings, buckets(url, timeout).await)
}

fn bucket(key: &str, rate: Rate, points: u64) -> SharedBucket {
    let flow = Flow { per_minute: rate.per_second.saturating_mul(60), burst: rate.burst };
    SharedBucket { key: key.to_owned(), flow, points }
}

/// What is left in each, in thousandths of a point: one comes back each millisecond at a rate of one a second.
fn thousandths(levels: &SharedLevels) -> Vec<u64> {
    levels.parts.iter().map(|parts| parts / 60).collect()
}

async fn connection(url: &SecretString) -> MultiplexedConnection {
    let client = redis::Client::open(url.expose_secret()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// What the caller has left, as the last reply says.
fn left(reply: &http::Response<axum::body::Body>) -> u64 {
    let limit = reply.headers().get("ratelimit").map_or("", |value| value.to_str().unwrap());
    limit.split(";r=").nth(1).and_then(|rest| rest.split(';').next()).map_or(0, |left| left.parse().unwrap())
}

/// So much is left, and what has come back since then.
fn assert_left(reply: &http::Response<axum::body::Body>, expected: u64, since: Instant) {
    let back = since.elapsed().as_secs() + 1;
    assert!((expected..=expected + back).contains(&left(reply)), "{} are left, and not {expected}", left(reply));
    assert_eq!(reply.status(), 200);
}

/// OW-13: three routers give no more than one, whichever a caller asks.
#[tokio::test]
async fn routers_give_no_more_together_than_one() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let mut routers = Vec::new();
    for _ in 0..3 {
        routers.push(router(&url, 1_000, TIMEOUT).await);
    }
    let begin = Instant::now();
    let mut allowed = 0_u64;
    for number in 0..1_200 {
        allowed += u64::from(routers[number % 3].ask("192.0.2.1").await.status() == 200);
    }
    // What has come back meanwhile may be asked as well.
    let back = begin.elapsed().as_secs() + 1;
    assert!((1_000..=1_000 + back).contains(&allowed), "{allowed} in {back} s");
    assert_eq!(routers[0].ask("192.0.2.2").await.status(), 200, "another caller has its own");
}

/// The same at once: no two routers take the same point.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routers_that_ask_at_once_take_each_point_once() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let rate = Rate { per_second: 1, burst: BURST };
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let buckets = buckets(&url, TIMEOUT).await;
        tasks.push(tokio::spawn(async move {
            for _ in 0..250 {
                assert!(buckets.take(&[bucket("a", rate, 1_000)]).await.unwrap().taken);
            }
        }));
    }
    let begin = Instant::now();
    for task in tasks {
        task.await.unwrap();
    }
    let left = thousandths(&buckets(&url, TIMEOUT).await.take(&[bucket("a", rate, 0)]).await.unwrap())[0];
    let gained = left - (BURST - 1_000_000) * 1_000;
    assert!(u128::from(gained) <= begin.elapsed().as_millis() + 1_000, "{gained} ms have come back");
}

/// All of an operation's buckets, or none; and what each has left.
#[tokio::test]
async fn an_operation_takes_from_all_or_from_none() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let buckets = buckets(&url, TIMEOUT).await;
    let (small, large) = (Rate { per_second: 1, burst: 1_000 }, Rate { per_second: 1, burst: BURST });
    let both = |points| [bucket("small", small, points), bucket("large", large, points)];
    assert!(buckets.take(&both(900)).await.unwrap().taken);
    let levels = buckets.take(&both(900)).await.unwrap();
    let (taken, thousandths) = (levels.taken, thousandths(&levels));
    assert!(!taken && thousandths[0] < 900_000);
    // Nothing was taken of the one that had enough.
    assert!(thousandths[1] >= (BURST - 900) * 1_000, "{thousandths:?}");
    // What is more than a bucket holds takes all of it (AMP-15), and the greatest numbers do no harm.
    let greatest = Rate { per_second: u64::MAX, burst: u64::MAX };
    for points in [0, 1, u64::MAX] {
        assert!(buckets.take(&[bucket("greatest", greatest, points)]).await.unwrap().taken, "{points}");
    }
    assert!(buckets.take(&[bucket("fresh", small, u64::MAX)]).await.unwrap().taken);
}

/// OW-03, AMP-22: keys hold nothing that a client has chosen, and end by themselves.
#[tokio::test]
async fn keys_say_nothing_and_expire() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let router = router(&url, 1_000, TIMEOUT).await;
    for address in ["192.0.2.1", "2001:db8::1", "nonsense\tFLUSHALL"] {
        assert_eq!(router.ask(address).await.status(), 200);
    }
    let mut connection = connection(&url).await;
    let keys: Vec<String> = connection.keys("*").await.unwrap();
    assert_eq!(keys.len(), 3, "{keys:?}");
    for key in keys {
        assert!(key.starts_with("{test:rates}:address:") && !key.contains("192.0.2") && !key.contains("2001"), "{key}");
        let life: i64 = connection.pttl(&key).await.unwrap();
        assert!((1..=10_000).contains(&life), "{key} lives {life} ms");
    }
    // A bucket that is full is not kept, and one that takes long to fill is kept for a week.
    let buckets = buckets(&url, TIMEOUT).await;
    let slow = Rate { per_second: 1, burst: u64::MAX };
    buckets.take(&[bucket("full", slow, 0), bucket("slow", slow, u64::MAX)]).await.unwrap();
    assert!(!connection.exists::<_, bool>("{test:rates}:full").await.unwrap());
    let life: i64 = connection.pttl("{test:rates}:slow").await.unwrap();
    assert!((1..=7 * 24 * 3_600_000).contains(&life), "{life}");
    // What somebody else has put there is taken for nothing.
    for odd in ["", "x", "-1 5", "1e9 1", "1 2 3"] {
        let _: () = connection.set("{test:rates}:odd", odd).await.unwrap();
        let rate = Rate { per_second: 1, burst: 5 };
        let levels = buckets.take(&[bucket("odd", rate, 2)]).await.unwrap();
        assert_eq!((levels.taken, thousandths(&levels)), (true, vec![3_000]), "{odd}");
    }
}

/// A server that is killed refuses nobody: each router counts by itself, and they share again when it is back.
#[tokio::test]
async fn a_dead_server_refuses_nobody() {
    let Some(redis) = own() else { return };
    let url = redis.new_database();
    let routers = [router(&url, BURST, TIMEOUT).await, router(&url, BURST, TIMEOUT).await];
    let begin = Instant::now();
    for router in &routers {
        assert_eq!(router.ask("192.0.2.1").await.status(), 200);
    }
    assert_left(&routers[0].ask("192.0.2.1").await, BURST - 3, begin);
    redis.kill();
    for number in 1..=100 {
        assert_left(&routers[0].ask("192.0.2.1").await, BURST - 3 - number, begin);
    }
    // The other one goes on from what it knew.
    assert_left(&routers[1].ask("192.0.2.1").await, BURST - 3, begin);
    redis.restart_empty();
    until("both share again", async || {
        let before = left(&routers[0].ask("192.0.2.1").await);
        left(&routers[1].ask("192.0.2.1").await) + 1 == before
    })
    .await;
}

/// A router that starts before its server counts by itself, and shares as soon as it is there.
#[tokio::test]
async fn a_server_may_come_later() {
    let Some(redis) = own() else { return };
    let url = redis.new_database();
    redis.kill();
    let router = router(&url, BURST, TIMEOUT).await;
    assert_left(&router.ask("192.0.2.1").await, BURST - 1, Instant::now());
    redis.restart_empty();
    let mut connection = connection(&url).await;
    until("it is shared", async || {
        assert_eq!(router.ask("192.0.2.1").await.status(), 200);
        let count: u64 = redis::cmd("DBSIZE").query_async(&mut connection.clone()).await.unwrap();
        count > 0
    })
    .await;
    let _: () = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut connection).await.unwrap();
    // A server that has forgotten the script is told it again.
    let (before, begin) = (left(&router.ask("192.0.2.1").await), Instant::now());
    assert_left(&router.ask("192.0.2.1").await, before - 1, begin);
}

/// A slow server costs the first operations the time that they may wait, and the others nothing.
#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    const WAIT: Duration = Duration::from_millis(50);
    const DELAY: Duration = Duration::from_secs(2);
    let Some(redis) = shared() else { return };
    let proxy = Proxy::before(&redis.new_database()).await;
    // Until it has answered once in time, on a machine that is busy, too.
    let router = router(proxy.url(), BURST, WAIT).await;
    let mut direct = connection(proxy.url()).await;
    until("it is shared", async || {
        router.ask("192.0.2.1").await;
        redis::cmd("DBSIZE").query_async::<u64>(&mut direct.clone()).await.unwrap() > 0
    })
    .await;
    proxy.delay(DELAY);
    let mut times = Vec::new();
    for _ in 0..300 {
        let begin = Instant::now();
        assert_eq!(router.ask("192.0.2.1").await.status(), 200);
        times.push(begin.elapsed());
    }
    times.sort();
    assert!(
        times.iter().sum::<Duration>() < PATIENCE,
        "300 operations have taken {:?}",
        times.iter().sum::<Duration>()
    );
    assert!(times[296] < DELAY, "99 of a hundred within {:?}", times[296]);
    let waited = times.iter().filter(|time| **time >= WAIT).count();
    eprintln!("{waited} of 300 operations have taken 50 ms or more; 99 of a hundred took {:?} or less", times[296]);
    proxy.delay(Duration::ZERO);
    let size = async |connection: &MultiplexedConnection| {
        redis::cmd("DBSIZE").query_async::<u64>(&mut connection.clone()).await.unwrap()
    };
    let _: () = redis::cmd("FLUSHDB").query_async(&mut direct).await.unwrap();
    until("it is shared again", async || {
        router.ask("192.0.2.1").await;
        size(&direct).await > 0
    })
    .await;
}

/// A server whose time of day jumps: put back, nobody is locked out; put forward, nobody gets more than a full bucket.
#[tokio::test]
async fn the_servers_time_may_jump() {
    let Ok(clock) = MovableClock::new().map_err(|reason| skip_without(&reason)) else { return };
    let Ok(redis) = Redis::start_at(&clock).map_err(|reason| skip_without(&reason)) else { return };
    let buckets = buckets(&redis.new_database(), TIMEOUT).await;
    let rate = Rate { per_second: 1, burst: 1_000 };
    let take = async |points| buckets.take(&[bucket("a", rate, points)]).await.unwrap();
    assert!(take(1_000).await.taken);
    clock.shows("-3600");
    let begin = Instant::now();
    until("what was spent comes back by the new time", async || take(1).await.taken).await;
    assert!(begin.elapsed() < Duration::from_secs(30));
    clock.shows("+3600");
    assert_eq!(thousandths(&take(0).await), [1_000_000], "full, and no more");
    assert_eq!(thousandths(&take(2).await), [998_000]);
}

/// What is not answered is an error, at once where the server is known to be gone.
#[tokio::test]
async fn nobody_waits_for_a_server_that_is_gone() {
    let Some(redis) = own() else { return };
    let buckets = buckets(&redis.new_database(), TIMEOUT).await;
    let asked = [bucket("a", Rate { per_second: 1, burst: 1 }, 0)];
    assert!(buckets.take(&asked).await.is_ok());
    redis.kill();
    until("it is noticed", async || buckets.take(&asked).await == Err(SharedBucketsUnavailable)).await;
    let begin = Instant::now();
    for _ in 0..10_000 {
        assert_eq!(buckets.take(&asked).await, Err(SharedBucketsUnavailable));
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}
