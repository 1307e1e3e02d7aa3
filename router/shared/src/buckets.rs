//! Buckets on a Redis server. It knows nothing of requests: keys are hashes, and a bucket that is full is no key.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::Script;
use router_server::{SharedBucket, SharedBuckets, SharedBucketsUnavailable, SharedLevels};

use crate::RedisAddress;
use crate::link::Link;

/// How long a router that starts waits for the server.
const START_TIME_MAX: Duration = Duration::from_secs(2);

/// Takes from all of the buckets or from none, and tells what is left.
///
/// The time is the server's, the same for all routers; theirs differ. But it is a time of day, which can jump: one that was
/// put back gives nothing and takes nothing away, and the time from then on counts again, since each visit notes when it was.
/// One that was put forward fills the buckets, and no more.
///
/// KEYS: buckets. ARGV: for each, how much comes back in a minute, how much it holds, and how much to take. Returns 1 or 0, and
/// parts of a point, of which there are 60,000, as text: Lua gives back no number beyond 32 bits whole.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found, enough = {}, 1
for i, key in ipairs(KEYS) do
  local rate, holds = tonumber(ARGV[3 * i - 2]), ARGV[3 * i - 1] * 60000
  local needed, level, at = math.min(ARGV[3 * i] * 60000, holds), holds, now
  local left, since = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
  if left then
    at = tonumber(since)
    level = math.min(left + math.max(now - at, 0) * rate, holds)
  end
  if level < needed then enough = 0 end
  found[i] = {rate, holds, needed, level, at}
end
local levels = {enough}
for i, key in ipairs(KEYS) do
  local rate, holds, needed, level, at = unpack(found[i])
  if enough == 1 then level = level - needed end
  if level >= holds then
    redis.call('DEL', key)
  elseif enough == 1 or now < at then
    local life = math.min(math.ceil((holds - level) / rate) + 1000, 604800000)
    redis.call('SET', key, string.format('%.0f %.0f', level, now), 'PX', string.format('%.0f', life))
  end
  levels[i + 1] = string.format('%.0f', math.min(level, 9e18))
end
return levels";

/// Buckets that routers share on a Redis server.
pub struct RedisBuckets {
    link: Link,
    script: Script,
    prefix: String,
}

impl RedisBuckets {
    /// The buckets at this address, under keys with this prefix. `answer_time_max` is how long an operation waits for an
    /// answer. A server that is not there is looked for, and is no error.
    pub async fn open(address: &RedisAddress, prefix: &str, answer_time_max: Duration) -> Self {
        let link = Link::open(address.0.clone(), "rates", answer_time_max, redis::cmd("PING"));
        link.wait(START_TIME_MAX).await;
        // One slot of a cluster for all: one script takes from several buckets.
        Self { link, script: Script::new(TAKE), prefix: format!("{{{prefix}}}:") }
    }
}

#[async_trait]
impl SharedBuckets for RedisBuckets {
    async fn take(&self, buckets: &[SharedBucket]) -> Result<SharedLevels, SharedBucketsUnavailable> {
        let mut call = self.script.prepare_invoke();
        for SharedBucket { key, flow, points } in buckets {
            call.key(format!("{}{key}", self.prefix)).arg(flow.per_minute).arg(flow.burst).arg(*points);
        }
        let answered = self.link.ask(async |mut connection| call.invoke_async(&mut connection).await).await;
        let levels: Vec<u64> = answered.map_err(|_| SharedBucketsUnavailable)?;
        let (taken, parts) = levels.split_first().ok_or(SharedBucketsUnavailable)?;
        Ok(SharedLevels { taken: *taken == 1, parts: parts.to_vec() })
    }
}

impl fmt::Debug for RedisBuckets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisBuckets").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
