-- Prolongs one's own lock and, in the same step, writes the heartbeat and removes finished journal entries.
--
-- KEYS  1 lock, 2 revocation mark, 3 heartbeat, 4 journal (hash: update id -> entry)
-- ARGV  1 the term's lock value, 2 TTL (ms), 3 heartbeat ('' writes none), 4 how long a heartbeat is kept (ms),
--       5… ids of finished updates
-- Out   { 0 }                                              absent or another's: nothing changed
--       { 1, store time (ms since 1970, a string) }        prolonged
--       { 2 }                                              revoked: nothing prolonged, nothing written
-- Never creates a lock. Safe to repeat. An entry at attempt 0 stays: it was put back by hand after it was finished.
local value = ARGV[1]
if redis.call('GET', KEYS[1]) ~= value then
  return { 0 }
end
for i = 5, #ARGV do
  local entry = redis.call('HGET', KEYS[4], ARGV[i])
  if entry and not string.find(entry, '^0 ') then
    redis.call('HDEL', KEYS[4], ARGV[i])
  end
end
if redis.call('GET', KEYS[2]) == value then
  return { 2 }
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if ARGV[3] ~= '' then
  redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
end
local now = redis.call('TIME')
return { 1, string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)) }
