-- Notes since when the heartbeat is malformed, or that it is not any more.
--
-- KEYS  1 heartbeat, 2 outage (hash)
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 '1' malformed, '0' not
-- Out   1 noted; 0 it was judged malformed and is another by now (nothing changed)
-- Safe to repeat: the first time that was noted stays, unless it is none or still to come: somebody wrote there.
-- That it was readable is true whatever stands there by now: it was not malformed all the time.
if ARGV[2] ~= '1' then
  redis.call('HDEL', KEYS[2], 'malformed_since_ms')
  return 1
end
local heartbeat = redis.pcall('GET', KEYS[1])
heartbeat = type(heartbeat) == 'table' and 'WRONGTYPE' or heartbeat
if (heartbeat and '=' .. heartbeat or '-') ~= ARGV[1] then
  return 0
end
local now = redis.call('TIME')
local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local since = string.match(redis.call('HGET', KEYS[2], 'malformed_since_ms') or '', '^%d+$')
if not since or tonumber(since) > now_ms then
  redis.call('HSET', KEYS[2], 'malformed_since_ms', string.format('%.0f', now_ms))
end
return 1
