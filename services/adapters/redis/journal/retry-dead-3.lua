-- Puts a dead letter back into the journal, with all its attempts left.
--
-- KEYS  1 dead letters, 2 journal (both hashes: update id -> entry, see open-journal-3), 3 audit stream
-- ARGV  1 update id, 2 who, 3 why, 4 entries kept in the audit stream
-- Out   1 put back; 2 it is in the journal already; 0 unknown or unreadable (0, 2: nothing changed)
-- Safe to repeat. No term has epoch 0, so the next leader counts its first attempt as the first.
-- @include audit
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then
  return string.find(redis.call('HGET', KEYS[2], ARGV[1]) or '', '^%d') and 2 or 0
end
local arrived = string.match(entry, '^%d+ %d+ (%d+ %d+ .*)$')
if not arrived then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], '0 0 ' .. arrived)
redis.call('HDEL', KEYS[1], ARGV[1])
audit(KEYS[3], ARGV[4],
  { event = 'retried', who = ARGV[2], why = ARGV[3], before = 'given up', after = 'update ' .. ARGV[1] })
return 1
