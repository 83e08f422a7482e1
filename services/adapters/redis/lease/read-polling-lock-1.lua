-- Reads the lock and its remaining TTL at one moment.
--
-- KEYS  1 lock
-- ARGV  none
-- Out   { stored value, remaining TTL (ms, -1: none) }, or nil when the lock is free
local held = redis.call('GET', KEYS[1])
if not held then
  return nil
end
return { held, redis.call('PTTL', KEYS[1]) }
