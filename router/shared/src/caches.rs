//! Answers on a Redis server, and the shared time that outdates them. It knows nothing of requests: names and tags are hashes.
//!
//! One hash and one sorted set hold the time: its number, and for each tag and each person the number of their last change.
//! They are one thing: when one of them is gone, or the server was started anew, what was kept before is of another era, and
//! is not found any more (docs/decisions/0009).

mod entry;
mod scripts;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::{Script, ScriptInvocation, Value};
use router_server::{
    SharedAnswer, SharedCache, SharedCacheUnavailable, SharedChanges, SharedEntry, SharedLook, SharedMoment,
    SharedSubject, SharedView,
};

use crate::RedisAddress;
use crate::link::{Gone, Link};

/// How long a router that starts waits for the server.
const START_TIME_MAX: Duration = Duration::from_secs(2);
/// Tags and persons whose last change is remembered; of those before it is known only that they may have changed.
const SUBJECTS_MAX: usize = 200_000;
/// Changes that a router is told at once; more are told as a change of everything.
const NEWS_MAX: usize = 5_000;
/// What remembers the changes goes when nobody has looked for so long after anything that was kept has.
const LIFE_MARGIN: Duration = Duration::from_secs(3600);

/// Answers that routers share on a Redis server.
pub struct RedisCache {
    link: Link,
    look: Script,
    outdate: Script,
    keep: Script,
    prefix: String,
    /// Where the time is.
    clock: [String; 2],
    life_ms: u64,
    subjects_max: usize,
}

impl RedisCache {
    /// What is kept at this address, under keys with this prefix, for at most `kept_max`. `answer_time_max` is how long a
    /// request waits for an answer. A server that is not there is looked for, and is no error.
    pub async fn open(address: &RedisAddress, prefix: &str, answer_time_max: Duration, kept_max: Duration) -> Self {
        Self::with_subjects(address, prefix, answer_time_max, kept_max, SUBJECTS_MAX).await
    }

    /// The same, with another number of tags and persons whose last change is remembered.
    pub async fn with_subjects(
        address: &RedisAddress,
        prefix: &str,
        answer_time_max: Duration,
        kept_max: Duration,
        subjects_max: usize,
    ) -> Self {
        // One slot of a cluster for all: one script looks at the time and at several answers.
        let prefix = format!("{{{prefix}}}:");
        let clock = [format!("{prefix}time"), format!("{prefix}changes")];
        let life_ms = u64::try_from((kept_max + LIFE_MARGIN).as_millis()).unwrap_or(u64::MAX);
        let mut greeting = redis::cmd("EVAL");
        greeting.arg(scripts::greet()).arg(clock.len()).arg(&clock);
        let link = Link::open(address.0.clone(), "caches", answer_time_max, greeting);
        link.wait(START_TIME_MAX).await;
        let [look, outdate, keep] =
            [scripts::look(), scripts::outdate(), scripts::keep()].map(|text| Script::new(&text));
        Self { link, look, outdate, keep, prefix, clock, life_ms, subjects_max }
    }

    fn key(&self, name: &[u8; 32]) -> String {
        format!("{}{}", self.prefix, hexadecimal(name))
    }

    fn call<'s>(&self, script: &'s Script) -> ScriptInvocation<'s> {
        let mut call = script.prepare_invoke();
        call.key(&self.clock[..]).arg(self.life_ms);
        call
    }

    async fn ask(&self, call: ScriptInvocation<'_>) -> Result<Value, SharedCacheUnavailable> {
        let answered = self.link.ask(async |mut connection| call.invoke_async(&mut connection).await).await;
        answered.map_err(|gone| match gone {
            Gone::Unanswered => SharedCacheUnavailable::Unanswered,
            Gone::Away => SharedCacheUnavailable::Away,
        })
    }
}

#[async_trait]
impl SharedCache for RedisCache {
    async fn look(&self, look: SharedLook<'_>) -> Result<SharedView, SharedCacheUnavailable> {
        let mut call = self.call(&self.look);
        call.arg(&look.since.era).arg(look.since.clock).arg(NEWS_MAX);
        call.arg(look.person.map_or_else(String::new, |person| member(&SharedSubject::Person(person))));
        for name in look.names {
            call.key(self.key(name));
        }
        let answer = self.ask(call).await?;
        // What the script does not answer so is somebody else's.
        view(answer, look.names.len()).ok_or(SharedCacheUnavailable::Unanswered)
    }

    async fn outdate(&self, subjects: Option<&[SharedSubject]>) -> Result<(), SharedCacheUnavailable> {
        let mut call = self.call(&self.outdate);
        call.arg(self.subjects_max).arg(u8::from(subjects.is_none()));
        for subject in subjects.unwrap_or_default() {
            call.arg(member(subject));
        }
        self.ask(call).await.map(drop)
    }

    async fn keep(&self, entries: &[SharedEntry]) -> Result<(), SharedCacheUnavailable> {
        let mut call = self.call(&self.keep);
        for entry in entries {
            let Some((head, life_ms)) = entry::head(entry) else { continue };
            call.key(self.key(&entry.name));
            call.arg(&entry.asked_at.era).arg(entry.asked_at.clock).arg(life_ms).arg(head);
            call.arg(&entry.answer.value[..]);
        }
        self.ask(call).await.map(drop)
    }
}

impl fmt::Debug for RedisCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisCache").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a tag or a person is called: letters and digits only (OW-03).
fn member(subject: &SharedSubject) -> String {
    match subject {
        SharedSubject::Tag(tag) => format!("t{tag:016x}"),
        SharedSubject::Person(person) => format!("p{}", hexadecimal(person)),
    }
}

fn subject(member: &[u8]) -> Option<SharedSubject> {
    let text = std::str::from_utf8(member).ok()?;
    if let Some(tag) = text.strip_prefix('t') {
        return u64::from_str_radix(tag, 16).ok().map(SharedSubject::Tag);
    }
    let digits = text.strip_prefix('p').filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut person = [0; 32];
    for (index, byte) in person.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(SharedSubject::Person(person))
}

/// Reads `{era, clock, person's change, whether everything has changed, {member, clock, …}, {{value, life left} or 0, …}}`.
fn view(answer: Value, names: usize) -> Option<SharedView> {
    let (era, clock, person_changed_at, everything, news, found): (String, u64, u64, u8, Vec<Value>, Vec<Value>) =
        redis::from_redis_value(answer).ok()?;
    let changes = if everything == 1 {
        SharedChanges::Everything
    } else {
        let read = |pair: &[Value]| match pair {
            [Value::BulkString(member), clock] => {
                Some((redis::from_redis_value::<u64>(clock.clone()).ok()?, subject(member)?))
            }
            _ => None,
        };
        // What cannot be read may be anything.
        news.chunks(2).map(read).collect::<Option<Vec<_>>>().map_or(SharedChanges::Everything, SharedChanges::Some)
    };
    let mut found: Vec<Option<SharedAnswer>> = found.iter().map(entry::read).collect();
    found.resize(names, None);
    Some(SharedView { moment: SharedMoment { era, clock }, changes, person_changed_at, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OW-03: whatever is told, a key and a member have letters and digits only, and are read as they were written.
    #[test]
    fn subjects_are_read_as_they_were_written() {
        for told in [SharedSubject::Tag(0), SharedSubject::Tag(u64::MAX), SharedSubject::Person([0xab; 32])] {
            let written = member(&told);
            assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{written}");
            assert_eq!(subject(written.as_bytes()), Some(told));
        }
        for odd in ["", "t", "tx", "p", "pab", "q00", "p\u{e9}"] {
            assert_eq!(subject(odd.as_bytes()), None, "{odd}");
        }
    }
}
