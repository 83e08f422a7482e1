-- Writes the heartbeat of one consumer, by the store's clock, and forgets consumers that have been silent for long.
--
-- KEYS  1 the consumers' heartbeats (hash: consumer -> "ms json")
-- ARGV  1 the consumer, 2 what it says (JSON, '' to remove its heartbeat), 3 how long to keep a silent one (ms)
-- Out   1 written
-- Safe to repeat.
-- @include store-time
local now_ms, now_text = store_time()
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local at_ms = tonumber(string.match(entries[i + 1], '^(%d+) ') or '0')
  if now_ms - at_ms > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], entries[i])
  end
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], now_text .. ' ' .. ARGV[2])
end
return 1
