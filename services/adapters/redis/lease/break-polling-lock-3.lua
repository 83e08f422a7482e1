-- Deletes another holder's lock at once: only for a holder known to be dead, or when an operator forces it.
--
-- KEYS  1 lock, 2 revocation mark, 3 audit stream
-- ARGV  1 the lock value to break, 2 wake-up channel, 3 who, 4 why, 5 entries kept in the audit stream,
--       6 the audit event
-- Out   1 broken; 0 the lock does not hold this value (nothing changed)
-- Safe to repeat: a lock taken in the meantime has another value and stays.
-- @include audit
-- @include delete-lock
if not delete_lock(KEYS[1], KEYS[2], ARGV[1]) then
  return 0
end
audit(KEYS[3], ARGV[5], { event = ARGV[6], who = ARGV[3], why = ARGV[4], before = ARGV[1], after = '' })
redis.call('PUBLISH', ARGV[2], 'broken')
return 1
