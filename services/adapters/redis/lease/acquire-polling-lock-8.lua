-- Takes the polling lock for a new term, or returns its holder. The first one binds the store to its bot.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 audit stream, 5 the id of the bot that the store belongs to,
--       6 journal, 7 dead letters, 8 heartbeat
-- ARGV  1 the term's lock value, 2 TTL (ms), 3 the quarantine's lock value (for a store without an epoch),
--       4 who (for the audit), 5 entries kept in the audit stream, 6 the bot's id
-- Out   { 0, stored value, remaining TTL (ms, -1: none) }   another process holds it
--       { 1, epoch, store time (ms since 1970, a string) }  taken, or this term's own lock refreshed
--       { 2, stored value, remaining TTL (ms) }             no epoch: quarantine begun
--       { 3, bot id }                                       the store belongs to this other bot: nothing changed
-- Safe to repeat: the term recognises its own value. A revoked value is not refreshed; the answer is "held".
-- @include store-time
-- @include audit
local owner = redis.call('GET', KEYS[5])
if owner and owner ~= ARGV[6] then
  return { 3, owner }
end

local held = redis.call('GET', KEYS[1])
local ttl_ms = ARGV[2]
local now_ms, now_text = store_time()

-- If only the epoch was lost, what was written in earlier terms still has its number, and a count from 0 would sort
-- new updates before old ones. The time in seconds is above every count of terms.
local function put_lost_epoch()
  local is_new = redis.call('EXISTS', KEYS[6], KEYS[7], KEYS[8]) == 0
  redis.call('SET', KEYS[3], is_new and '0' or string.format('%.0f', math.floor(now_ms / 1000)), 'NX')
end

if held == ARGV[1] and redis.call('GET', KEYS[2]) ~= held then
  put_lost_epoch()
  redis.call('PEXPIRE', KEYS[1], ttl_ms)
  return { 1, tonumber(redis.call('GET', KEYS[3])), now_text }
end
if held then
  return { 0, held, redis.call('PTTL', KEYS[1]) }
end
redis.call('SET', KEYS[5], ARGV[6])
if redis.call('EXISTS', KEYS[3]) == 0 then
  put_lost_epoch()
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ttl_ms)
  return { 2, ARGV[3], tonumber(ttl_ms) }
end
local epoch = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ttl_ms)
audit(KEYS[4], ARGV[5], { event = 'acquired', who = ARGV[4], why = 'the lock was free', before = '', after = ARGV[1] })
return { 1, epoch, now_text }
