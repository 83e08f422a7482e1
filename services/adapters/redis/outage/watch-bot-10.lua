-- Reads what a monitor run is based on, at one moment of the store's clock; records the monitor's first run, and that
-- the heartbeat has changed since it was found malformed.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash),
--       8 snooze, 9 dead letters (hash), 10 audit stream
-- ARGV  1 how many dead letters' ids to return at most, 2 the audit's name of the monitor (its restarts are no
--       person's), 3 how the audit's name of a link begins
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none),
--         the snooze or nil,
--         number of dead letters, their ids in a list or nil when there are more, number of locks broken by a person
--         and not reported yet, the newest of these entries' id, who, why ('' when there is none),
--         the same of a person's drops, restarts and uses of links: event, number, id, who, why }
-- Safe to repeat. A key of another type than string reads as WRONGTYPE.
-- @include store-time
-- @include text-of
-- @include unfinished-deliveries
-- @include stream-fields
-- @include malformed-mark
local now_ms, now_text = store_time()
local memory = redis.call('HMGET', KEYS[6], 'id', 'first_run_ms', 'notice:lock-broken', 'unstable_id',
  'notice:manual-action')
local first_run_ms = string.match(memory[2] or '', '^%d+$')
-- An invalid or future time, written by another program, would hide a bot that never beats.
if not first_run_ms or tonumber(first_run_ms) > now_ms then
  first_run_ms = now_text
  redis.call('HSET', KEYS[6], 'first_run_ms', now_text)
end

local unfinished, oldest_ms = unfinished_deliveries(KEYS[7], memory[1], memory[4])
see_heartbeat(KEYS[6], text_of(KEYS[4]))

local function is_manual(fields)
  if fields.event == 'dropped' or fields.event == 'restarted' then
    return fields.who ~= ARGV[2]
  end
  return fields.event == 'revoked' and string.sub(fields.who or '', 1, #ARGV[3]) == ARGV[3]
end

-- The entries of the audit stream that a kind of warning has not told yet: lock breaks, or the other manual actions.
-- Ignores what is from before the monitor's first run or older than a day.
local entries_from = {}
local day_ago_ms = string.format('%.0f', math.max(0, now_ms - 86400000))
local function untold(notice, is_about_breaks)
  local told = string.match(notice or '', '^%d+|(%d+%-%d+)$')
  local start = told or first_run_ms
  if tonumber(string.match(start, '^%d+')) < tonumber(day_ago_ms) then
    start = day_ago_ms
  end
  entries_from[start] = entries_from[start] or redis.pcall('XRANGE', KEYS[10], start, '+')
  local count, id, newest = 0, '', {}
  for _, entry in ipairs(entries_from[start]) do
    local fields = stream_fields(entry)
    local is_meant = is_manual(fields)
    if is_about_breaks then
      is_meant = fields.event == 'broken'
    end
    if entry[1] ~= told and is_meant then
      count, id, newest = count + 1, entry[1], fields
    end
  end
  return count, id, newest
end
local broken, broken_id, breaking = untold(memory[3], true)
local acted, acted_id, acting = untold(memory[5], false)

local dead = redis.pcall('HKEYS', KEYS[9])
dead = dead.err and {} or dead
return {
  now_text,
  text_of(KEYS[4]), text_of(KEYS[1]), redis.call('PTTL', KEYS[1]), text_of(KEYS[2]), text_of(KEYS[3]), text_of(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms, text_of(KEYS[8]),
  #dead, #dead <= tonumber(ARGV[1]) and dead,
  broken, broken_id, breaking.who or '', breaking.why or '',
  acting.event or '', acted, acted_id, acting.who or '', acting.why or '',
}
