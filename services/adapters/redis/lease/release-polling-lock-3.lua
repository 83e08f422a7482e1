-- Gives up one's own lock and wakes those who wait.
--
-- KEYS  1 lock, 2 revocation mark, 3 audit stream
-- ARGV  1 the term's lock value, 2 wake-up channel, 3 who (for the audit), 4 entries kept in the audit stream,
--       5 event and 6 reason for the audit: what the term leaves behind
-- Out   1 released; 0 it was not there any more (nothing changed)
-- Safe to repeat: only exactly this value is ever deleted.
local value = ARGV[1]
if redis.call('GET', KEYS[1]) ~= value then
  return 0
end
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == value then
  redis.call('DEL', KEYS[2])
end
redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[4], '*',
  'event', ARGV[5], 'who', ARGV[3], 'why', ARGV[6], 'before', value, 'after', '')
redis.call('PUBLISH', ARGV[2], 'released')
return 1
