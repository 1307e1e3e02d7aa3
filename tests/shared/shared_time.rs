//! The time that routers share on the server, and what it outdates (docs/decisions/0009).

use std::time::Duration;

use redis::AsyncCommands;
use router_server::{
    SharedAnswer, SharedCache, SharedChanges, SharedEntry, SharedLook, SharedMoment, SharedSubject, SharedView,
};
use router_shared::{RedisAddress, RedisCache};
use secrecy::ExposeSecret;

use crate::caches::{KEPT_MAX, TIMEOUT, answers, cache, connection, own, shared};

const NAME: [u8; 32] = [7; 32];

fn entry(asked_at: &SharedMoment, tags: &[u64], value: &str) -> SharedEntry {
    let (tags, value) = (tags.to_vec(), value.as_bytes().to_vec());
    let answer =
        SharedAnswer { asked_at: asked_at.clock, tags, max_age: 60, is_private: false, age: Duration::ZERO, value };
    SharedEntry { name: NAME, asked_at: asked_at.clone(), answer, life: Duration::from_secs(60) }
}

async fn look(cache: &RedisCache, since: &SharedMoment, person: Option<[u8; 32]>) -> SharedView {
    cache.look(SharedLook { since, person, names: &[NAME] }).await.unwrap()
}

async fn now(cache: &RedisCache) -> SharedMoment {
    look(cache, &SharedMoment::default(), None).await.moment
}

async fn found(cache: &RedisCache, person: Option<[u8; 32]>) -> Option<String> {
    let found = look(cache, &SharedMoment::default(), person).await.found.pop().flatten();
    found.map(|answer| String::from_utf8(answer.value).unwrap())
}

/// CC-12: what was outdated on its way is not kept, or not found; of two, the one that was asked for later stays.
#[tokio::test]
async fn an_answer_that_was_overtaken_by_a_change_is_not_found() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let cache = cache(&url, TIMEOUT).await;
    let person = [1; 32];
    let begin = now(&cache).await;
    cache.keep(&[entry(&begin, &[1, 2], "old")]).await.unwrap();
    assert_eq!(found(&cache, None).await.as_deref(), Some("old"));
    // Of something else; of the person.
    cache.outdate(Some(&[SharedSubject::Tag(3), SharedSubject::Person(person)])).await.unwrap();
    assert_eq!(found(&cache, None).await.as_deref(), Some("old"));
    assert_eq!(found(&cache, Some([2; 32])).await.as_deref(), Some("old"));
    assert_eq!(found(&cache, Some(person)).await, None);
    let news = look(&cache, &begin, Some(person)).await;
    let SharedChanges::Some(mut changes) = news.changes else { panic!("{news:?}") };
    changes.sort_by_key(|(_, subject)| matches!(subject, SharedSubject::Person(_)));
    assert_eq!(changes, [(1, SharedSubject::Tag(3)), (1, SharedSubject::Person(person))]);
    assert_eq!(news.person_changed_at, 1);
    cache.outdate(Some(&[SharedSubject::Tag(2)])).await.unwrap();
    assert_eq!(found(&cache, None).await, None);
    // Too late.
    cache.keep(&[entry(&begin, &[2], "late")]).await.unwrap();
    assert_eq!(found(&cache, None).await, None);
    let middle = now(&cache).await;
    cache.outdate(Some(&[])).await.unwrap();
    cache.keep(&[entry(&now(&cache).await, &[2], "new")]).await.unwrap();
    cache.keep(&[entry(&middle, &[2], "older")]).await.unwrap();
    assert_eq!(found(&cache, None).await.as_deref(), Some("new"));
    cache.outdate(None).await.unwrap();
    assert_eq!(found(&cache, None).await, None);
    assert_eq!(look(&cache, &middle, None).await.changes, SharedChanges::Everything);
}

/// Changes that are forgotten for want of room outdate too much, never too little.
#[tokio::test]
async fn more_changes_than_are_remembered_outdate_what_is_older() {
    let Some(redis) = shared() else { return };
    let url = redis.new_database();
    let address = RedisAddress::parse(url.expose_secret()).unwrap();
    let cache = RedisCache::with_subjects(&address, "test:caches", TIMEOUT, KEPT_MAX, 10).await;
    let (begin, person) = (now(&cache).await, [1; 32]);
    cache.keep(&[entry(&begin, &[1_000], "old")]).await.unwrap();
    assert_eq!(look(&cache, &begin, Some(person)).await.person_changed_at, 0);
    for tag in 0..10 {
        cache.outdate(Some(&[SharedSubject::Tag(tag)])).await.unwrap();
    }
    assert_eq!(found(&cache, None).await.as_deref(), Some("old"));
    cache.outdate(Some(&[SharedSubject::Tag(10)])).await.unwrap();
    assert_eq!(found(&cache, None).await, None);
    assert_eq!(look(&cache, &begin, None).await.changes, SharedChanges::Everything);
    // The forgotten change may have been anybody's.
    assert_eq!(look(&cache, &begin, Some(person)).await.person_changed_at, 1);
    // Also many at once.
    let many: Vec<_> = (0..3_000).map(SharedSubject::Tag).collect();
    cache.outdate(Some(&many)).await.unwrap();
    let moment = now(&cache).await;
    cache.keep(&[entry(&moment, &[5], "new")]).await.unwrap();
    assert_eq!(found(&cache, None).await.as_deref(), Some("new"));
    cache.outdate(Some(&many)).await.unwrap();
    assert_eq!(found(&cache, None).await, None);
}

/// A server that has lost some of what it knew, or all, or was started with what it knew once, finds nothing of before.
#[tokio::test]
async fn a_server_that_has_forgotten_changes_finds_nothing_of_before() {
    let Some(redis) = own() else { return };
    let url = redis.new_database();
    let first = cache(&url, TIMEOUT).await;
    let mut connection = connection(&url).await;
    let keys = ["{test:caches}:time", "{test:caches}:changes"];
    for lost in [&keys[..1], &keys[1..], &keys[..]] {
        let begin = now(&first).await;
        first.outdate(Some(&[SharedSubject::Tag(2)])).await.unwrap();
        let asked_at = now(&first).await;
        first.keep(&[entry(&asked_at, &[1], "old")]).await.unwrap();
        assert_eq!(found(&first, None).await.as_deref(), Some("old"));
        let _: () = connection.del(lost).await.unwrap();
        assert_eq!(found(&first, None).await, None, "{lost:?}");
        let news = look(&first, &asked_at, None).await;
        assert!(news.changes == SharedChanges::Everything && news.moment.era != begin.era, "{news:?}");
        // What was on its way belongs to the time before, whatever its number.
        first.keep(&[entry(&asked_at, &[1], "late")]).await.unwrap();
        assert_eq!(found(&first, None).await, None);
    }
    let asked_at = now(&first).await;
    first.keep(&[entry(&asked_at, &[1], "old")]).await.unwrap();
    first.outdate(Some(&[SharedSubject::Tag(2)])).await.unwrap();
    let mut saved = Vec::new();
    for key in answers(&connection).await.into_iter().chain(keys.map(str::to_owned)) {
        let dump: Vec<u8> = redis::cmd("DUMP").arg(&key).query_async(&mut connection).await.unwrap();
        saved.push((key, dump));
    }
    // The change that the saved state does not know.
    first.outdate(Some(&[SharedSubject::Tag(1)])).await.unwrap();
    drop(first);
    redis.restart_empty();
    let mut connection = self::connection(&url).await;
    for (key, dump) in saved {
        let restore = redis::cmd("RESTORE").arg(&key).arg(60_000).arg(&dump[..]).arg("REPLACE").clone();
        let _: () = restore.query_async(&mut connection).await.unwrap();
    }
    let second = cache(&url, TIMEOUT).await;
    assert_eq!(found(&second, None).await, None);
    assert_ne!(now(&second).await.era, asked_at.era);
}
