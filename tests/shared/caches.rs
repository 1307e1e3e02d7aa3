//! What routers keep of answers together (issue 6: caches in memory and on Redis; docs/caching-on-redis.md).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kit_testing::{Redis, skip_without};
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use router_shared::{RedisAddress, RedisCache};
use secrecy::{ExposeSecret, SecretString};
use telemetry::metrics::Format;

use crate::courses::{CachingRouter, SDL, World};
use crate::proxy::Proxy;
use crate::{PATIENCE, until};

/// How long these tests let a request wait, unless that is what they are about.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);
pub(crate) const KEPT_MAX: Duration = Duration::from_secs(3_900);

pub(crate) fn shared() -> Option<&'static Redis> {
    Redis::shared().map_err(|reason| skip_without(reason)).ok()
}

pub(crate) fn own() -> Option<Redis> {
    Redis::start().map_err(|reason| skip_without(&reason)).ok()
}

pub(crate) async fn cache(url: &SecretString, timeout: Duration) -> Arc<RedisCache> {
    let address = RedisAddress::parse(url.expose_secret()).unwrap();
    Arc::new(RedisCache::open(&address, "test:caches", timeout, KEPT_MAX).await)
}

async fn router(world: &Arc<World>, url: &SecretString) -> CachingRouter {
    router_within(world, url, TIMEOUT).await
}

async fn router_within(world: &Arc<World>, url: &SecretString, timeout: Duration) -> CachingRouter {
    let wait = |settings: &mut router_server::configuration::CachingSettings| {
        settings.redis_timeout_ms = u64::try_from(timeout.as_millis()).unwrap().min(1_000);
    };
    CachingRouter::with(world, cache(url, timeout).await, SDL, wait)
}

pub(crate) async fn connection(url: &SecretString) -> MultiplexedConnection {
    let client = redis::Client::open(url.expose_secret()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// The keys of answers.
pub(crate) async fn answers(connection: &MultiplexedConnection) -> Vec<String> {
    let keys: Vec<String> = connection.clone().keys("*").await.unwrap();
    keys.into_iter().filter(|key| !key.ends_with("}:time") && !key.ends_with("}:changes")).collect()
}

async fn until_kept(connection: &MultiplexedConnection, count: usize) {
    until("answers are kept", async || answers(connection).await.len() >= count).await;
}

/// What one router has asked for the other finds: fetches, and whole replies.
#[tokio::test]
async fn what_one_router_has_asked_for_the_others_find() {
    let Some(redis) = shared() else { return };
    let metrics = telemetry::metrics::install();
    for (keeps_replies, kept) in [(true, 2), (false, 1)] {
        let (url, world) = (redis.new_database(), Arc::new(World::default()));
        let mut routers = Vec::new();
        for _ in 0..2 {
            let only_fetches = |settings: &mut router_server::configuration::CachingSettings| {
                settings.reply_bytes_max *= u64::from(keeps_replies);
            };
            routers.push(CachingRouter::with(&world, cache(&url, TIMEOUT).await, SDL, only_fetches));
        }
        assert_eq!(routers[0].read("crs_1", None).await, 0);
        until_kept(&connection(&url).await, kept).await;
        assert_eq!(routers[1].read("crs_1", None).await, 0);
        // A second time it is in memory.
        assert_eq!(routers[1].read("crs_1", None).await, 0);
        assert_eq!(world.asked(), 1);
        // Another course is another question.
        routers[1].read("crs_2", None).await;
        assert_eq!(world.asked(), 2);
    }
    let metrics = Format::Prometheus.render(&metrics.snapshot()).body;
    for line in [
        "router_reply_cache_total{outcome=\"shared_hit\"}",
        "router_fetch_cache_total{subgraph=\"one\",outcome=\"shared_hit\"}",
        "router_shared_cache_looks_total{outcome=\"answered\"}",
        "router_shared_cache_answers_total{outcome=\"kept\"}",
    ] {
        assert!(metrics.contains(line) && !metrics.contains(&format!("{line} 0\n")), "{line}\n{metrics}");
    }
}

/// CC-12: what is changed through one router is seen at once through the other: by its author, whatever the change says
/// that it has changed, and by everybody, as far as it says so; whatever either has in memory.
#[tokio::test]
async fn a_change_through_one_router_is_seen_at_once_through_the_other() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let routers = [router(&world, &url).await, router(&world, &url).await];
    let viewers = [None, Some("usr_1"), Some("usr_2")];
    for round in 0..20_usize {
        for router in &routers {
            for viewer in viewers {
                router.read("crs_1", viewer).await;
                router.read("crs_2", viewer).await;
            }
        }
        let version = routers[round % 2].rename("crs_1", Some("usr_1")).await;
        let others_asked = world.asked();
        for router in &routers {
            for viewer in viewers {
                assert_eq!(router.read("crs_1", viewer).await, version, "round {round}: {viewer:?}");
            }
        }
        assert!(world.asked() > others_asked);
        // A change that says nothing is seen by who has made it.
        let version = world.version("crs_2") + 1;
        routers[round % 2].renew("usr_2").await;
        for router in &routers {
            assert_eq!(router.read("crs_2", Some("usr_2")).await, version, "round {round}");
        }
    }
    // A router that starts after all that finds nothing older either.
    for viewer in viewers {
        routers[0].read("crs_2", viewer).await;
    }
    routers[0].renew("usr_2").await;
    let third = router(&world, &url).await;
    third.read("crs_2", Some("usr_1")).await;
    assert_eq!(third.read("crs_2", Some("usr_2")).await, world.version("crs_2"));
}

/// CC-12: what one router is told of a change elsewhere holds for the other as well, as soon as it is acknowledged.
#[tokio::test]
async fn what_one_router_hears_of_all_know() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let routers = [router(&world, &url).await, router(&world, &url).await];
    let invalidation = routers[0].invalidation();
    for everything in [false, true] {
        for router in &routers {
            router.read("crs_1", None).await;
        }
        let version = world.change("crs_1");
        let outdated = if everything {
            invalidation.outdate_everything()
        } else {
            invalidation.outdate([].into_iter(), ["crs_1"].into_iter())
        };
        outdated.everywhere().await;
        for router in routers.iter().rev() {
            assert_eq!(router.read("crs_1", None).await, version);
        }
    }
    // The router that was told does not wait for that.
    let version = world.change("crs_1");
    invalidation.outdate([].into_iter(), ["crs_1"].into_iter());
    assert_eq!(routers[0].read("crs_1", None).await, version);
}

/// `@cacheTag`: what one router is told to outdate by a word is outdated for all, and found under it whoever asked for it.
#[tokio::test]
async fn tags_are_the_same_for_all_routers() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let link = r#"federation/v2.5", import: ["@key", "#;
    let tagged = SDL.replace(link, r#"federation/v2.12", import: ["@key", "@cacheTag", "#);
    let tagged =
        tagged.replace("course(id: ID!): Course ", r#"course(id: ID!): Course @cacheTag(format: "c-{$args.id}") "#);
    assert!(tagged.contains("v2.12") && tagged.contains("c-{$args.id}"));
    let mut routers = Vec::new();
    for _ in 0..2 {
        routers.push(CachingRouter::with(&world, cache(&url, TIMEOUT).await, &tagged, |_| {}));
    }
    let [one, other] = [&routers[0], &routers[1]];
    assert_eq!((one.read("a", None).await, one.read("b", None).await), (0, 0));
    // One of them asks, and the other one finds it.
    until_kept(&connection(&url).await, 2).await;
    assert_eq!(other.read("a", None).await, 0);
    world.change("a");
    world.change("b");
    other.invalidation().outdate_tagged(["c-a"].into_iter()).everywhere().await;
    for router in [one, other] {
        assert_eq!((router.read("a", None).await, router.read("b", None).await), (1, 0));
    }
}

/// AS-102, CC-09, OW-03: what is for one viewer nobody else finds, whichever router they ask; and no key tells anything.
#[tokio::test]
async fn what_is_private_is_found_by_its_viewer_only() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let routers = [router(&world, &url).await, router(&world, &url).await];
    let mine = "query Mine($id: ID!) { mine(id: $id) { title } }";
    let id = "crs_1}\r\nFLUSHALL *";
    for viewer in ["usr_1", "usr_2"] {
        let data = routers[0].send(mine, id, Some(viewer)).await;
        assert_eq!(data["mine"]["title"], format!("0 of {viewer}"));
    }
    let connection = connection(&url).await;
    until_kept(&connection, 4).await;
    assert_eq!(world.asked(), 2);
    for viewer in ["usr_2", "usr_1"] {
        let data = routers[1].send(mine, id, Some(viewer)).await;
        assert_eq!(data["mine"]["title"], format!("0 of {viewer}"));
    }
    assert_eq!(world.asked(), 2, "each has found their own");
    assert_eq!(routers[1].send(mine, id, None).await["mine"]["title"], "0 of nobody");
    assert_eq!(world.asked(), 3);
    for key in answers(&connection).await {
        let name = key.strip_prefix("{test:caches}:").unwrap();
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        let life: i64 = connection.clone().pttl(&key).await.unwrap();
        assert!((1..=600_000).contains(&life), "{key} lives {life} ms");
    }
}

/// Two versions of a graph share nothing but the changes; and what is too large is kept by its router alone.
#[tokio::test]
async fn other_graphs_and_large_answers_are_not_shared() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let old = router(&world, &url).await;
    let sdl = SDL.replace("title: String }", "title: String subtitle: String }");
    let new = CachingRouter::with(&world, cache(&url, TIMEOUT).await, &sdl, |_| {});
    let small =
        CachingRouter::with(&world, cache(&url, TIMEOUT).await, SDL, |settings| settings.redis_value_bytes_max = 10);
    old.read("crs_1", None).await;
    let connection = connection(&url).await;
    until_kept(&connection, 2).await;
    new.read("crs_1", None).await;
    assert_eq!(world.asked(), 2);
    let version = new.rename("crs_1", None).await;
    assert_eq!(old.read("crs_1", None).await, version);
    let asked = world.asked();
    small.read("crs_3", None).await;
    old.read("crs_4", None).await;
    until_kept(&connection, 6).await;
    assert_eq!(world.asked(), asked + 2);
    old.read("crs_3", None).await;
    assert_eq!(world.asked(), asked + 3, "it was not shared");
    small.read("crs_3", None).await;
    assert_eq!(world.asked(), asked + 3, "it was kept");
}

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }
}

/// What everybody must see, and what those must see who have changed something themselves.
#[derive(Default)]
struct Oracle {
    all: HashMap<String, u64>,
    authors: HashMap<(String, String), u64>,
}

impl Oracle {
    fn all_see(&mut self, id: &str, version: u64) {
        let seen = self.all.entry(id.to_owned()).or_default();
        *seen = version.max(*seen);
    }

    fn author_sees(&mut self, author: &str, id: &str, version: u64) {
        let seen = self.authors.entry((author.to_owned(), id.to_owned())).or_default();
        *seen = version.max(*seen);
    }

    fn least(&self, id: &str, person: Option<&str>) -> u64 {
        let own = person.and_then(|person| self.authors.get(&(person.to_owned(), id.to_owned())));
        own.max(self.all.get(id)).copied().unwrap_or_default()
    }
}

/// Two routers, each on a way of its own to one server.
struct Stage {
    world: Arc<World>,
    routers: Vec<CachingRouter>,
    proxies: Vec<Proxy>,
    oracle: Mutex<Oracle>,
    ids: Vec<String>,
}

impl Stage {
    async fn new(url: &SecretString) -> Self {
        let (world, ids) = (Arc::new(World::default()), (0..5).map(|number| format!("crs_{number}")).collect());
        let (mut routers, mut proxies) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let proxy = Proxy::before(url).await;
            routers.push(router(&world, proxy.url()).await);
            proxies.push(proxy);
        }
        Self { world, routers, proxies, oracle: Mutex::default(), ids }
    }

    /// Does one thing or another, and compares what it sees.
    async fn step(&self, random: &mut Random) {
        let router = &self.routers[random.index(2)];
        let id = &self.ids[random.index(self.ids.len())];
        let person = [None, Some("usr_1"), Some("usr_2")][random.index(3)];
        match random.below(20) {
            0 => {
                let version = router.rename(id, person).await;
                self.oracle.lock().unwrap().all_see(id, version);
            }
            1 => {
                let version = self.world.change(id);
                let outdated = router.invalidation().outdate([].into_iter(), [id.as_str()].into_iter());
                outdated.everywhere().await;
                self.oracle.lock().unwrap().all_see(id, version);
            }
            2 => {
                let author = person.unwrap_or("usr_1");
                let before: Vec<u64> = self.ids.iter().map(|id| self.world.version(id)).collect();
                router.renew(author).await;
                let mut oracle = self.oracle.lock().unwrap();
                self.ids.iter().zip(before).for_each(|(id, before)| oracle.author_sees(author, id, before + 1));
            }
            3 => self.proxies[random.index(2)].delay(Duration::from_millis(random.below(4))),
            4 => self.world.slow_down(Duration::from_millis(random.below(6))),
            _ => {
                let least = self.oracle.lock().unwrap().least(id, person);
                let version = router.read(id, person).await;
                assert!(version >= least, "{id}: {version} < {least} for {person:?}");
            }
        }
    }
}

/// CC-12: reads, changes and events that come through two routers at once, over a way that delays what it carries, in more
/// than a thousand orders: nobody reads what was outdated before they asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stale_is_read_after_a_change_is_acknowledged() {
    const TASKS: u64 = 8;
    const STEPS: u64 = 250;
    let Some(redis) = shared() else { return };
    let stage = Arc::new(Stage::new(&redis.new_database()).await);
    let work = (0..TASKS).map(|task| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            let mut random = Random(0x9e37_79b9 + task * 7_919);
            for _ in 0..STEPS {
                stage.step(&mut random).await;
            }
        })
    });
    for task in work.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let asked = stage.world.asked();
    eprintln!("{} operations have asked the subgraph {asked} times", TASKS * STEPS);
    assert!(asked < usize::try_from(TASKS * STEPS).unwrap(), "something was found");
}

/// CC-11, RL-16: a server that is killed costs nobody a reply; when it is back, routers share again.
#[tokio::test]
async fn a_dead_server_fails_nobody() {
    let Some(redis) = own() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let routers = [router(&world, &url).await, router(&world, &url).await];
    for router in &routers {
        router.read("crs_1", None).await;
    }
    redis.kill();
    let mut longest = Duration::ZERO;
    for round in 0..50 {
        let begin = Instant::now();
        let version = routers[0].rename("crs_1", Some("usr_1")).await;
        assert_eq!(routers[0].read("crs_1", None).await, version);
        assert_eq!(routers[0].read("crs_1", Some("usr_1")).await, version);
        routers[1].read(&format!("crs_{round}"), None).await;
        longest = longest.max(begin.elapsed());
    }
    assert!(longest < TIMEOUT, "{longest:?}");
    eprintln!("the longest round without a server took {longest:?}");
    // Its own memory does what it did.
    let asked = world.asked();
    assert_eq!(routers[0].read("crs_1", None).await, world.version("crs_1"));
    assert_eq!(world.asked(), asked);
    redis.restart_empty();
    let connection = connection(&url).await;
    let numbers = AtomicU64::new(1_000);
    until("they share again", async || {
        let (id, asked) = (format!("crs_{}", numbers.fetch_add(1, Ordering::Relaxed)), world.asked());
        routers[0].read(&id, None).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        routers[1].read(&id, None).await;
        world.asked() == asked + 1
    })
    .await;
    assert!(!answers(&connection).await.is_empty());
    assert_eq!(routers[1].read("crs_1", None).await, world.version("crs_1"));
}

/// CC-12: a router that could not tell of a change has everything outdated before it believes anybody again.
#[tokio::test]
async fn what_could_not_be_told_outdates_everything() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let proxy = Proxy::before(&url).await;
    let (cut_off, other) = (router(&world, proxy.url()).await, router(&world, &url).await);
    other.read("crs_1", None).await;
    other.read("crs_2", Some("usr_1")).await;
    until_kept(&connection(&url).await, 4).await;
    proxy.cut(true);
    let version = cut_off.rename("crs_1", Some("usr_1")).await;
    assert_eq!(cut_off.read("crs_1", None).await, version);
    assert_eq!(other.read("crs_1", None).await, 0, "nobody could tell it");
    proxy.cut(false);
    until("the other one knows", async || other.read("crs_1", None).await == version).await;
    // Also of what the change was not about, nothing older is left.
    let asked = world.asked();
    other.read("crs_2", Some("usr_1")).await;
    assert_eq!(world.asked(), asked + 1);
    assert_eq!(cut_off.read("crs_1", None).await, version);
}

/// CC-11, RL-16: a slow server costs the first requests the time that they may wait, and the others nothing.
#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    const WAIT: Duration = Duration::from_millis(50);
    const DELAY: Duration = Duration::from_secs(2);
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let proxy = Proxy::before(&url).await;
    let router = router_within(&world, proxy.url(), WAIT).await;
    let connection = connection(&url).await;
    let numbers = AtomicU64::new(1_000);
    until("it shares", async || {
        router.read(&format!("crs_{}", numbers.fetch_add(1, Ordering::Relaxed)), None).await;
        !answers(&connection).await.is_empty()
    })
    .await;
    proxy.delay(DELAY);
    let mut times = Vec::new();
    for number in 0..200_u64 {
        let begin = Instant::now();
        if number % 10 == 0 {
            router.rename("crs_1", Some("usr_1")).await;
        }
        assert_eq!(router.read("crs_1", Some("usr_1")).await, world.version("crs_1"));
        times.push(begin.elapsed());
    }
    times.sort();
    let sum = times.iter().sum::<Duration>();
    eprintln!("200 rounds in {sum:?}; the longest took {:?}", times[199]);
    assert!(sum < PATIENCE, "200 rounds have taken {sum:?}");
    assert!(times[190] < DELAY, "95 of a hundred within {:?}", times[190]);
    proxy.delay(Duration::ZERO);
    let _: () = redis::cmd("FLUSHDB").query_async(&mut connection.clone()).await.unwrap();
    until("it shares again", async || {
        router.read(&format!("crs_{}", numbers.fetch_add(1, Ordering::Relaxed)), None).await;
        !answers(&connection).await.is_empty()
    })
    .await;
}

/// CC-11: whatever stands under the keys, replies are right: other types, what is cut off, what somebody has written over.
#[tokio::test]
async fn what_is_no_answer_is_a_miss() {
    let Some(redis) = shared() else { return };
    let (url, world) = (redis.new_database(), Arc::new(World::default()));
    let first = router(&world, &url).await;
    let mut connection = connection(&url).await;
    type Harm = fn(&str, &str) -> redis::Cmd;
    let harms: [Harm; 6] = [
        |key, _| redis::cmd("RPUSH").arg(key).arg("x").clone(),
        |key, value| redis::cmd("SET").arg(key).arg(&value[..value.len() - 3]).arg("KEEPTTL").clone(),
        |key, _| redis::cmd("SET").arg(key).arg("").arg("KEEPTTL").clone(),
        |key, value| redis::cmd("SET").arg(key).arg(value.replacen("1 ", "2 ", 1)).arg("KEEPTTL").clone(),
        |key, value| redis::cmd("SET").arg(key).arg(value.replace("title", "\"itle")).arg("KEEPTTL").clone(),
        |key, _| redis::cmd("PERSIST").arg(key).clone(),
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        let id = format!("crs_{number}");
        first.read(&id, None).await;
        until_kept(&connection, 2).await;
        for key in answers(&connection).await {
            let value: String = connection.get(&key).await.unwrap();
            if number == 0 {
                let _: () = connection.del(&key).await.unwrap();
            }
            let _: redis::Value = harm(&key, &value).query_async(&mut connection).await.unwrap();
        }
        let asked = world.asked();
        let second = router(&world, &url).await;
        assert_eq!(second.read(&id, None).await, 0);
        assert_eq!(world.asked(), asked + 1, "harm {number}");
        until("what is right takes its place", async || {
            let (third, asked) = (router(&world, &url).await, world.asked());
            third.read(&id, None).await;
            world.asked() == asked
        })
        .await;
        for key in answers(&connection).await {
            let _: () = connection.del(&key).await.unwrap();
        }
    }
    // What is wrong of the time itself makes everything be of another one.
    for key in ["{test:caches}:time", "{test:caches}:changes"] {
        first.read("crs_9", None).await;
        let harm = redis::pipe().atomic().del(key).rpush(key, "x").clone();
        let _: redis::Value = harm.query_async(&mut connection).await.unwrap();
        let version = first.rename("crs_9", None).await;
        assert_eq!(first.read("crs_9", None).await, version);
    }
}
