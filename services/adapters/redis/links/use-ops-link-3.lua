-- Consumes a one-tap link, once, while its outage is the open one.
--
-- KEYS  1 record (hash), 2 alert flag, 3 outage (hash)
-- ARGV  1 the link's text, 2 the id of its outage or unstable time, 3 the attempt's token, 4 how long the result is kept (ms)
-- Out   0 no such link, or expired; 1 used now; 2 used before; 3 its outage is over (0, 2, 3: nothing changed)
-- Safe to repeat: the attempt that used it gets 1 again, by its token.
-- @include store-time
if redis.call('HGET', KEYS[1], 'link') ~= ARGV[1] then
  return 0
end
local token = redis.call('HGET', KEYS[1], 'token')
if token then
  return token == ARGV[3] and 1 or 2
end
local outage = redis.call('HMGET', KEYS[3], 'id', 'state', 'unstable_id', 'unstable_state')
local is_its_outage = outage[1] == ARGV[2] or (outage[3] == ARGV[2] and outage[4] == 'unstable')
if not is_its_outage or outage[2] ~= 'open' or redis.call('GET', KEYS[2]) ~= outage[1] then
  return 3
end
local _, now_text = store_time()
redis.call('HSET', KEYS[1], 'token', ARGV[3], 'used_ms', now_text)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
