-- Adds unfinished updates to the journal and removes finished ones, in the name of the lock's holder.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry, see open-journal-3)
-- ARGV  1 the term's lock value, 2 how many finished ids follow, 3… these ids,
--       then pairs: update id, entry
-- Out   1 written; 0 the lock does not hold the value (nothing changed)
-- Safe to repeat. An entry at attempt 0 is not removed: it was put back by hand after it was finished.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local last_finished = 2 + tonumber(ARGV[2])
for i = 3, last_finished do
  local entry = redis.call('HGET', KEYS[2], ARGV[i])
  if entry and not string.find(entry, '^0 ') then
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
for i = last_finished + 1, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
return 1
