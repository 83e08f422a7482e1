-- Marks the holder's lock as revoked: a live holder stops and releases it, a dead one cannot renew it.
--
-- KEYS  1 lock, 2 revocation mark, 3 audit stream
-- ARGV  1 the lock value to revoke, 2 wake-up channel, 3 who, 4 why, 5 entries kept in the audit stream
-- Out   1 marked (even if it already was); 0 the lock does not hold this value (nothing changed)
-- The mark lives as long as the lock can. Safe to repeat: one mark, one audit entry.
-- @include audit
local value = ARGV[1]
if redis.call('GET', KEYS[1]) ~= value then
  return 0
end
if redis.call('GET', KEYS[2]) ~= value then
  local ttl_ms = redis.call('PTTL', KEYS[1])
  if ttl_ms > 0 then
    redis.call('SET', KEYS[2], value, 'PX', ttl_ms)
  else
    redis.call('SET', KEYS[2], value)
  end
  audit(KEYS[3], ARGV[5], { event = 'revoked', who = ARGV[3], why = ARGV[4], before = value, after = value })
end
redis.call('PUBLISH', ARGV[2], 'revoked')
return 1
