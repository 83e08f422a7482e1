-- Keeps a note of an update that the journal cannot hold as a dead letter, on behalf of the lock's holder.
--
-- KEYS  1 lock, 2 dead letters (hash, see open-journal-3)
-- ARGV  1 the term's lock value, 2 update id, 3 the note
-- Out   1 kept; nil when the lock does not hold the value (nothing changed)
-- Safe to repeat.
-- @include add-dead-letter
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
add_dead_letter(KEYS[2], ARGV[2], ARGV[3])
return 1
