-- All that a monitor run judges by, at one moment of the store's clock; notes the monitor's first run.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash),
--       8 dead updates (hash), 9 audit stream
-- ARGV  1 who breaks locks without being a person, 2 how many dead updates are named at most
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none),
--         number of dead updates, their ids in a list or nil when there are more, number of locks broken by a person
--         that nobody was told of, the newest of these entries' id, who, why ('' when there is none) }
-- Safe to repeat. A key of another type than a string reads as WRONGTYPE: somebody's mistake is no reason to be blind.
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'table' and 'WRONGTYPE' or value
end
local now = redis.call('TIME')
local now_ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
local memory = redis.call('HMGET', KEYS[6], 'id', 'first_run_ms', 'notice:lock-broken')
local first_run_ms = string.match(memory[2] or '', '^%d+$')
-- What is no time, or one still to come, would hide a bot that never beats: somebody wrote there.
if not first_run_ms or tonumber(first_run_ms) > tonumber(now_ms) then
  first_run_ms = now_ms
  redis.call('HSET', KEYS[6], 'first_run_ms', now_ms)
end

local unfinished, oldest_ms = 0, '0'
local all = redis.call('HGETALL', KEYS[7])
for i = 1, #all, 2 do
  local of, event = string.match(all[i], '^([^|]+)|([^|]+)|[^|]+|[^|]+$')
  local state, made_ms = string.match(all[i + 1], '^(%a+)|%d+|(%d+)|')
  if (of == memory[1] or event == 'notice') and (state == 'pending' or state == 'claimed') then
    unfinished = unfinished + 1
    if oldest_ms == '0' or tonumber(made_ms) < tonumber(oldest_ms) then
      oldest_ms = made_ms
    end
  end
end

-- What was broken before the monitor first ran, or longer than a day ago, is no news.
local told = string.match(memory[3] or '', '^%d+|(%d+%-%d+)$')
local day_ago_ms = string.format('%.0f', math.max(0, tonumber(now_ms) - 86400000))
local start = told or first_run_ms
if tonumber(string.match(start, '^%d+')) < tonumber(day_ago_ms) then
  start = day_ago_ms
end
local broken, id, who, why = 0, '', '', ''
for _, entry in ipairs(redis.pcall('XRANGE', KEYS[9], start, '+')) do
  local fields = {}
  for i = 1, #entry[2], 2 do
    fields[entry[2][i]] = entry[2][i + 1]
  end
  if entry[1] ~= told and fields.event == 'broken' and fields.who ~= ARGV[1] then
    broken, id, who, why = broken + 1, entry[1], fields.who or '', fields.why or ''
  end
end

local dead = redis.pcall('HKEYS', KEYS[8])
dead = dead.err and {} or dead
return {
  now_ms, text(KEYS[4]), text(KEYS[1]), redis.call('PTTL', KEYS[1]), text(KEYS[2]), text(KEYS[3]), text(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms,
  #dead, #dead <= tonumber(ARGV[2]) and dead, broken, id, who, why,
}
