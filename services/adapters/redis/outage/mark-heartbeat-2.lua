-- Records since when the heartbeat is malformed, or clears that record.
--
-- KEYS  1 heartbeat, 2 outage (hash)
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 '1' malformed, '0' not
-- Out   1 recorded; 0 it was judged malformed and has changed since (nothing changed)
-- Safe to repeat: the first time recorded stays. An invalid or future time, written by another program, is replaced.
-- "Not malformed" clears the record even if the heartbeat has changed since: it was readable in between.
-- @include store-time
-- @include expected-heartbeat
-- @include malformed-mark
if ARGV[2] ~= '1' then
  clear_mark(KEYS[2])
  return 1
end
if not is_expected_heartbeat(KEYS[1], ARGV[1]) then
  return 0
end
local now_ms, now_text = store_time()
local mark = redis.call('HMGET', KEYS[2], 'malformed_since_ms', 'malformed_heartbeat')
local since = string.match(mark[1] or '', '^%d+$')
local goes_on = is_judged(mark[2]) or mark[2] == '?' .. ARGV[1]
if not goes_on or not since or tonumber(since) > now_ms then
  since = now_text
end
redis.call('HSET', KEYS[2], 'malformed_since_ms', since, 'malformed_heartbeat', ARGV[1])
return 1
