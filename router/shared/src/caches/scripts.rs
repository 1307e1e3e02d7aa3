//! The scripts. Each runs at one moment, and begins with the same question: is what remembers the changes whole?
//!
//! KEYS 1 and 2 are the time: a hash with the era, the number of the last change, the number before which everything is
//! outdated (`floor`), how many subjects have changed, and which run of the server all that is of; and a sorted set with the
//! number of each subject's last change. ARGV 1 is for how long they are kept.

/// The time, or a new one when it is not whole: one that lost something, however it did, could not say what is outdated.
const TIME: &str = "
local function time_of(run)
  local ok, time = pcall(redis.call, 'HMGET', KEYS[1], 'era', 'clock', 'floor', 'count', 'run')
  local counted, count = pcall(redis.call, 'ZCARD', KEYS[2])
  if ok and counted and time[1] and tonumber(time[2]) and tonumber(time[3]) and tonumber(time[4]) == count
    and (not run or run == time[5]) then
    return {time[1], tonumber(time[2]), tonumber(time[3])}
  end
  run = run or string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  local now = redis.call('TIME')
  local era = string.sub(run, 1, 16) .. '-' .. now[1] .. '-' .. now[2]
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'era', era, 'clock', 0, 'floor', 0, 'count', 0, 'run', run)
  return {era, 0, 0}
end
local function last_change(subject)
  return tonumber(redis.call('ZSCORE', KEYS[2], subject) or 0)
end
local function is_outdated(time, era, clock, tags)
  if era ~= time[1] or clock < time[3] then return true end
  if clock >= time[2] then return false end
  for tag in string.gmatch(tags, '%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x') do
    if last_change('t' .. tag) > clock then return true end
  end
  return false
end
local function live_on()
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
";

/// The first thing that is asked over each connection: a server that was started anew may have an old state.
const GREET: &str = "
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
return time_of(run)[1]";

/// ARGV: life, the era and the number up to which the router knows all changes, how many changes to tell at most, and who asks.
/// KEYS from 3: what is wanted. A change of the person that was forgotten was not after the floor.
const LOOK: &str = "
local time = time_of()
live_on()
local era, since, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local mark = ARGV[5] ~= '' and math.max(last_change(ARGV[5]), time[3]) or 0
local everything, news = 0, {}
if era ~= time[1] or since < time[3] then
  everything = 1
elseif since < time[2] then
  news = redis.call('ZRANGE', KEYS[2], '(' .. ARGV[3], '+inf', 'BYSCORE', 'LIMIT', 0, most + 1, 'WITHSCORES')
  if #news > 2 * most then everything, news = 1, {} end
end
local found = {}
for i = 3, #KEYS do
  local ok, value = pcall(redis.call, 'GET', KEYS[i])
  if not ok then
    found[i - 2] = 1
  elseif not value then
    found[i - 2] = 0
  else
    local its_era, clock, tags = string.match(value, '^1 (%S+) (%d+) %d+ %d+ %l+ %d+ (%x*)\\n')
    clock = tonumber(clock)
    if not its_era then
      found[i - 2] = 1
    elseif clock < mark or is_outdated(time, its_era, clock, tags) then
      found[i - 2] = 0
    else
      found[i - 2] = {value, redis.call('PTTL', KEYS[i])}
    end
  end
end
return {time[1], time[2], mark, everything, news, found}";

/// ARGV: life, how many subjects to remember, 1 for everything, and the subjects. The number of a change is larger than that at
/// which anything was asked for before it.
const OUTDATE: &str = "
local time = time_of()
local most = tonumber(ARGV[2])
local clock = redis.call('HINCRBY', KEYS[1], 'clock', 1)
if ARGV[3] == '1' then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'floor', clock, 'count', 0)
else
  for i = 4, #ARGV do redis.call('ZADD', KEYS[2], clock, ARGV[i]) end
  local over = redis.call('ZCARD', KEYS[2]) - most
  if over > 0 then
    local last = redis.call('ZRANGE', KEYS[2], over - 1, over - 1, 'WITHSCORES')
    redis.call('ZREMRANGEBYRANK', KEYS[2], 0, over - 1)
    redis.call('HSET', KEYS[1], 'floor', string.format('%.0f', math.max(time[3], last[2])))
  end
  redis.call('HSET', KEYS[1], 'count', redis.call('ZCARD', KEYS[2]))
end
live_on()
return clock";

/// ARGV: life, and for each of the KEYS from 3 the era and the number at which it was asked for, for how long to keep it, its
/// line and its text. What is outdated already is not kept, nor what was asked for before that which is there.
const KEEP: &str = "
local time = time_of()
local kept = 0
for i = 3, #KEYS do
  local at = 2 + (i - 3) * 5
  local era, clock, life, head, text = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  if not is_outdated(time, era, clock, string.match(head, '%x*$')) then
    local ok, there = pcall(redis.call, 'GETRANGE', KEYS[i], 0, 127)
    local its_era, its_clock = string.match(ok and there or '', '^1 (%S+) (%d+) ')
    if its_era ~= era or tonumber(its_clock) <= clock then
      redis.call('SET', KEYS[i], head .. '\\n' .. text, 'PX', life)
      kept = kept + 1
    end
  end
end
return kept";

pub(super) fn greet() -> String {
    format!("{TIME}{GREET}")
}

pub(super) fn look() -> String {
    format!("{TIME}{LOOK}")
}

pub(super) fn outdate() -> String {
    format!("{TIME}{OUTDATE}")
}

pub(super) fn keep() -> String {
    format!("{TIME}{KEEP}")
}
