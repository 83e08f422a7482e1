-- All that the status answers judge by, at one moment of the store's clock. Writes nothing.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash)
-- ARGV  none
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none) }
-- Safe to repeat. A key of another type than a string reads as WRONGTYPE: somebody's mistake is no reason to be blind.
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'table' and 'WRONGTYPE' or value
end
local now = redis.call('TIME')
local outage_id = redis.call('HGET', KEYS[6], 'id')
local unfinished, oldest_ms = 0, '0'
local all = redis.call('HGETALL', KEYS[7])
for i = 1, #all, 2 do
  local of, event = string.match(all[i], '^([^|]+)|([^|]+)|[^|]+|[^|]+$')
  local state, made_ms = string.match(all[i + 1], '^(%a+)|%d+|(%d+)|')
  if (of == outage_id or event == 'notice') and (state == 'pending' or state == 'claimed') then
    unfinished = unfinished + 1
    if oldest_ms == '0' or tonumber(made_ms) < tonumber(oldest_ms) then
      oldest_ms = made_ms
    end
  end
end
return {
  string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)),
  text(KEYS[4]), text(KEYS[1]), redis.call('PTTL', KEYS[1]), text(KEYS[2]), text(KEYS[3]), text(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms,
}
