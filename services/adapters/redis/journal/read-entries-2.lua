-- Reads lines of the journal or of the dead letters, as many as fit into one answer.
--
-- KEYS  1 lock, 2 journal or dead letters (hash)
-- ARGV  1 the term's lock value, '' to ask without one, 2 how many bytes the answer may take, 3 how many one line,
--       4… fields
-- Out   nil when the lock does not hold the value, else the lines of the first fields: nil for one that is gone, the
--       number of bytes for one that fits into no answer. Ask again for the fields after these.
-- Safe to repeat: it writes nothing.
-- @include values-of
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
return values_of(KEYS[2], ARGV, 4, tonumber(ARGV[2]), tonumber(ARGV[3]))
