-- Releases the term's own lock and wakes the standbys.
--
-- KEYS  1 lock, 2 revocation mark, 3 audit stream
-- ARGV  1 the term's lock value, 2 wake-up channel, 3 who (for the audit), 4 entries kept in the audit stream,
--       5 event and 6 reason for the audit: how the term hands over
-- Out   1 released; 0 the lock does not hold this value (nothing changed)
-- Safe to repeat: it deletes exactly this value and no other.
-- @include audit
-- @include delete-lock
if not delete_lock(KEYS[1], KEYS[2], ARGV[1]) then
  return 0
end
audit(KEYS[3], ARGV[4], { event = ARGV[5], who = ARGV[3], why = ARGV[6], before = ARGV[1], after = '' })
redis.call('PUBLISH', ARGV[2], 'released')
return 1
