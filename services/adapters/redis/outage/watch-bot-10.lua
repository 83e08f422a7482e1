-- Reads what a monitor run is based on, at one moment of the store's clock; records the monitor's first run.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash),
--       8 snooze, 9 dead letters (hash), 10 audit stream
-- ARGV  1 how many dead letters' ids to return at most
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none),
--         the snooze or nil,
--         number of dead letters, their ids in a list or nil when there are more, number of locks broken by a person
--         and not reported yet, the newest of these entries' id, who, why ('' when there is none) }
-- Safe to repeat. A key of another type than string reads as WRONGTYPE.
-- @include store-time
-- @include text-of
-- @include unfinished-deliveries
-- @include stream-fields
local now_ms, now_text = store_time()
local memory = redis.call('HMGET', KEYS[6], 'id', 'first_run_ms', 'notice:lock-broken', 'unstable_id')
local first_run_ms = string.match(memory[2] or '', '^%d+$')
-- An invalid or future time, written by another program, would hide a bot that never beats.
if not first_run_ms or tonumber(first_run_ms) > now_ms then
  first_run_ms = now_text
  redis.call('HSET', KEYS[6], 'first_run_ms', now_text)
end

local unfinished, oldest_ms = unfinished_deliveries(KEYS[7], memory[1], memory[4])

-- Ignore breaks from before the monitor's first run and breaks older than a day.
local told = string.match(memory[3] or '', '^%d+|(%d+%-%d+)$')
local day_ago_ms = string.format('%.0f', math.max(0, now_ms - 86400000))
local start = told or first_run_ms
if tonumber(string.match(start, '^%d+')) < tonumber(day_ago_ms) then
  start = day_ago_ms
end
local broken, id, who, why = 0, '', '', ''
for _, entry in ipairs(redis.pcall('XRANGE', KEYS[10], start, '+')) do
  local fields = stream_fields(entry)
  if entry[1] ~= told and fields.event == 'broken' then
    broken, id, who, why = broken + 1, entry[1], fields.who or '', fields.why or ''
  end
end

local dead = redis.pcall('HKEYS', KEYS[9])
dead = dead.err and {} or dead
return {
  now_text,
  text_of(KEYS[4]), text_of(KEYS[1]), redis.call('PTTL', KEYS[1]), text_of(KEYS[2]), text_of(KEYS[3]), text_of(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms, text_of(KEYS[8]),
  #dead, #dead <= tonumber(ARGV[1]) and dead, broken, id, who, why,
}
