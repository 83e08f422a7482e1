-- All that the monitor and the status answer judge by, at one moment of the store's clock.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash)
-- ARGV  1 '1' notes the store's time as the monitor's first run, unless one is noted; '0' writes nothing
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none) }
-- Safe to repeat.
local now = redis.call('TIME')
local now_ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
if ARGV[1] == '1' then
  redis.call('HSETNX', KEYS[6], 'first_run_ms', now_ms)
end
local unfinished = 0
local oldest_ms = '0'
for _, record in ipairs(redis.call('HVALS', KEYS[7])) do
  local state, created_ms = string.match(record, '^([^|]*)|[^|]*|([^|]*)|')
  if state == 'pending' or state == 'claimed' then
    unfinished = unfinished + 1
    if oldest_ms == '0' or tonumber(created_ms) < tonumber(oldest_ms) then
      oldest_ms = created_ms
    end
  end
end
return {
  now_ms, redis.call('GET', KEYS[4]), redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]),
  redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), redis.call('GET', KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms,
}
