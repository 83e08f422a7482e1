-- Lists the fields of the journal or of the dead letters, in pieces.
--
-- KEYS  1 lock, 2 journal or dead letters (hash)
-- ARGV  1 the term's lock value, '' to ask without one, 2 the last field of the piece before ('' for the first),
--       3 how many bytes the fields may take
-- Out   nil when the lock does not hold the value, else { { field, … }, 1 if more follow }
-- Safe to repeat: it writes nothing.
-- @include names-after
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
local fields, _, more = names_after(KEYS[2], ARGV[2], tonumber(ARGV[3]))
return { fields, more }
