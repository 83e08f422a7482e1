-- Takes the polling lock for a new term, or returns its holder.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 audit stream
-- ARGV  1 the term's lock value, 2 TTL (ms), 3 the quarantine's lock value (for an empty store),
--       4 who (for the audit), 5 entries kept in the audit stream
-- Out   { 0, stored value, remaining TTL (ms, -1: none) }   another process holds it
--       { 1, epoch, store time (ms since 1970, a string) }  taken, or this term's own lock refreshed
--       { 2, stored value, remaining TTL (ms) }             no epoch: quarantine begun
-- Safe to repeat: the term recognises its own value. A revoked value is not refreshed; the answer is "held".
-- @include store-time
-- @include audit
local held = redis.call('GET', KEYS[1])
local ttl_ms = ARGV[2]
local _, now_text = store_time()

if held == ARGV[1] and redis.call('GET', KEYS[2]) ~= held then
  redis.call('PEXPIRE', KEYS[1], ttl_ms)
  return { 1, tonumber(redis.call('GET', KEYS[3]) or '0'), now_text }
end
if held then
  return { 0, held, redis.call('PTTL', KEYS[1]) }
end
if redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('SET', KEYS[3], '0')
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ttl_ms)
  return { 2, ARGV[3], tonumber(ttl_ms) }
end
local epoch = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ttl_ms)
audit(KEYS[4], ARGV[5], { event = 'acquired', who = ARGV[4], why = 'the lock was free', before = '', after = ARGV[1] })
return { 1, epoch, now_text }
