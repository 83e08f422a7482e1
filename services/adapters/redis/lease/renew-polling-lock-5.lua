-- Renews the term's own lock and, in the same step, writes the heartbeat, or into the stored one why polls fail, and
-- removes finished journal entries.
--
-- KEYS  1 lock, 2 revocation mark, 3 heartbeat, 4 journal (hash: update id -> entry), 5 the id of the store's bot
-- ARGV  1 the term's lock value, 2 TTL (ms), 3 heartbeat ('' writes none), 4 how long a heartbeat is kept (ms),
--       5 the bot's id, 6 why polls fail (JSON; '' says nothing), 7… ids of finished updates
-- Out   { 0 }                                              absent or another's: nothing changed
--       { 1, store time (ms since 1970, a string) }        renewed
--       { 2, store time }                                  revoked: lock not renewed, no heartbeat written
-- Never creates a lock. Puts a lost bot id back: nobody changes it while the lock is held. Safe to repeat.
-- @include store-time
-- @include remove-finished
-- @include text-of
local value = ARGV[1]
if redis.call('GET', KEYS[1]) ~= value then
  return { 0 }
end
remove_finished(KEYS[4], 7, #ARGV)
local _, now_text = store_time()
if redis.call('GET', KEYS[2]) == value then
  return { 2, now_text }
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[5], ARGV[5], 'NX')
local heartbeat = ARGV[3]
if heartbeat == '' and ARGV[6] ~= '' then
  -- All else stays as it was, the time above all: it is no beat. Within a JSON text the quotes would be escaped.
  local stored = text_of(KEYS[3]) or ''
  local before, after = string.match(stored, '^(.*"last_error":).-(,"in_flight":.*)$')
  heartbeat = before and before .. ARGV[6] .. after or ''
end
if heartbeat ~= '' then
  redis.call('SET', KEYS[3], heartbeat, 'PX', ARGV[4])
end
return { 1, now_text }
