-- Deletes another's lock at once: only for a holder that is known to be dead, or by an operator's force.
--
-- KEYS  1 lock, 2 revocation mark, 3 audit stream
-- ARGV  1 the lock value to break, 2 wake-up channel, 3 who, 4 why, 5 entries kept in the audit stream
-- Out   1 broken; 0 the lock does not hold this value (nothing changed)
-- Safe to repeat: a lock taken meanwhile has another value and stays.
local value = ARGV[1]
if redis.call('GET', KEYS[1]) ~= value then
  return 0
end
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == value then
  redis.call('DEL', KEYS[2])
end
redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[5], '*',
  'event', 'broken', 'who', ARGV[3], 'why', ARGV[4], 'before', value, 'after', '')
redis.call('PUBLISH', ARGV[2], 'broken')
return 1
