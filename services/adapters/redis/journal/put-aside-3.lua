-- Moves unreadable journal entries to the dead letters, on behalf of the lock's holder.
--
-- KEYS  1 lock, 2 journal, 3 dead letters (both hashes, see open-journal-3)
-- ARGV  1 the term's lock value, 2… fields of the journal
-- Out   1 moved; nil when the lock does not hold the value (nothing changed)
-- Safe to repeat.
-- @include add-dead-letter
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
for i = 2, #ARGV do
  local entry = redis.call('HGET', KEYS[2], ARGV[i])
  if entry then
    add_dead_letter(KEYS[3], ARGV[i], entry)
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
return 1
