-- Records since when the heartbeat is malformed, or clears that record.
--
-- KEYS  1 heartbeat, 2 outage (hash)
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 '1' malformed, '0' not
-- Out   1 recorded; 0 it was judged malformed and has changed since (nothing changed)
-- Safe to repeat: the first time recorded stays. An invalid or future time, written by another program, is replaced.
-- "Not malformed" clears the record even if the heartbeat has changed since: it was readable in between.
-- @include store-time
-- @include expected-heartbeat
if ARGV[2] ~= '1' then
  redis.call('HDEL', KEYS[2], 'malformed_since_ms')
  return 1
end
if not is_expected_heartbeat(KEYS[1], ARGV[1]) then
  return 0
end
local now_ms, now_text = store_time()
local since = string.match(redis.call('HGET', KEYS[2], 'malformed_since_ms') or '', '^%d+$')
if not since or tonumber(since) > now_ms then
  redis.call('HSET', KEYS[2], 'malformed_since_ms', now_text)
end
return 1
