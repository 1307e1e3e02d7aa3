//! What Redis does in one step, in Lua: nothing else comes between.

/// Appends events of a subgraph and raises its watermark, unless it has fallen behind what the publisher remembers. A
/// watermark is never lowered: two relays may publish for one subgraph.
///
/// KEYS: the set of sources, the watermark, then for each event its stream. ARGV: source, watermark remembered, watermark
/// raised, channel of announcements, then each event. Returns the watermark that was there.
pub(super) const PUBLISH: &str = "
local kept = tonumber(redis.call('GET', KEYS[2]) or '0')
if kept < tonumber(ARGV[2]) then return kept end
redis.call('SADD', KEYS[1], ARGV[1])
for i = 3, #KEYS do
  redis.call('XADD', KEYS[i], '*', 'event', ARGV[i + 2])
end
if kept < tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[1])
return kept";

/// The oldest unacknowledged events of some streams for one replica of a group: what it was given before, what another one
/// has given back or left in silence, or what is new; nothing of a stream that another replica is working on.
///
/// How long a replica has been silent the caller knows, by a clock that only counts on: the server's tells the time of
/// day, which can jump. So the caller says, for each stream, at which state of others' work its patience has ended; a
/// state changes with each event that they acknowledge and each time that they read.
///
/// KEYS: streams. ARGV: group, replica, number of events at most, then for each stream that state, or nothing. Returns
/// lists of stream, id and event, and lists of stream and state of what others work on.
pub(super) const READ: &str = "
local group, replica, count_max = ARGV[1], ARGV[2], tonumber(ARGV[3])
local found, others = {}, {}
for i, stream in ipairs(KEYS) do
  local room = count_max - #found
  if room <= 0 then break end
  local pending = redis.pcall('XPENDING', stream, group, '-', '+', count_max)
  if pending.err then
    redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
    pending = {}
  end
  local entries = {}
  if #pending == 0 then
    local read = redis.call('XREADGROUP', 'GROUP', group, replica, 'COUNT', room, 'STREAMS', stream, '>')
    if read then entries = read[1][2] end
  else
    local ids, state = {}, {}
    for _, entry in ipairs(pending) do
      if entry[2] ~= replica and entry[2] ~= 'nobody' then state[#state + 1] = table.concat({entry[1], entry[2], entry[4]}, ' ') end
      if #ids < room then ids[#ids + 1] = entry[1] end
    end
    local theirs = #state > 0 and redis.sha1hex(table.concat(state, ','))
    if theirs and theirs ~= ARGV[i + 3] then
      others[#others + 1] = {stream, theirs}
    else
      -- Also for its own: the claim says that the replica is alive.
      entries = redis.call('XCLAIM', stream, group, replica, 0, unpack(ids))
    end
  end
  for _, entry in ipairs(entries) do
    found[#found + 1] = {stream, entry[1], entry[2][2]}
  end
end
return {found, others}";

/// Gives what a replica of a group has not acknowledged in some streams to nobody, for any other one to take, and forgets
/// the replica.
///
/// KEYS: streams. ARGV: group, replica.
pub(super) const LEAVE: &str = "
local group, replica = ARGV[1], ARGV[2]
for _, stream in ipairs(KEYS) do
  local pending = redis.pcall('XPENDING', stream, group, '-', '+', 1000, replica)
  while not pending.err and #pending > 0 do
    local ids = {}
    for _, entry in ipairs(pending) do ids[#ids + 1] = entry[1] end
    redis.call('XCLAIM', stream, group, 'nobody', 0, unpack(ids))
    pending = redis.pcall('XPENDING', stream, group, '-', '+', 1000, replica)
  end
  if not pending.err then redis.call('XGROUP', 'DELCONSUMER', stream, group, replica) end
end";

/// How many events a group has not acknowledged in some streams.
///
/// KEYS: streams. ARGV: group.
pub(super) const LAG: &str = "
local lag = 0
for _, stream in ipairs(KEYS) do
  if redis.call('EXISTS', stream) == 1 then
    local known = false
    for _, fields in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
      local group = {}
      for i = 1, #fields, 2 do group[fields[i]] = fields[i + 1] end
      if group.name == ARGV[1] then
        known = true
        lag = lag + group.pending + (group.lag or redis.call('XLEN', stream))
      end
    end
    if not known then lag = lag + redis.call('XLEN', stream) end
  end
end
return lag";

/// Removes events of some streams that are older than a moment and that every group has acknowledged.
///
/// KEYS: streams. ARGV: the moment, in unix milliseconds. Returns how many were removed.
pub(super) const TRIM: &str = "
local removed = 0
for _, stream in ipairs(KEYS) do
  if redis.call('EXISTS', stream) == 1 then
    local keep = tonumber(ARGV[1])
    for _, fields in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
      local group = {}
      for i = 1, #fields, 2 do group[fields[i]] = fields[i + 1] end
      local oldest = group['last-delivered-id']
      if group.pending > 0 then oldest = redis.call('XPENDING', stream, group.name)[2] end
      keep = math.min(keep, tonumber(string.match(oldest, '^%d+')))
    end
    removed = removed + redis.call('XTRIM', stream, 'MINID', string.format('%.0f', keep))
  end
end
return removed";
