-- Counts another attempt at a journaled update right before its handler runs again, or gives it up; and removes
-- what is finished in the same step.
--
-- KEYS  1 lock, 2 journal, 3 dead updates (both hashes: update id -> entry, see open-journal-3)
-- ARGV  1 the term's lock value, 2 the term's epoch, 3 update id, 4 attempts allowed, 5… ids of finished updates
-- Out   the number of this attempt; 0 given up: moved to the dead updates (also when it was before);
--       -1 the lock does not hold the value (nothing changed)
-- Safe to repeat: an attempt that was counted in this epoch is not counted again.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
for i = 5, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
end
local entry = redis.call('HGET', KEYS[2], ARGV[3])
if not entry then
  return 0
end
local attempt, raised, rest = string.match(entry, '^(%d+) (%d+) (.*)$')
if raised == ARGV[2] then
  return tonumber(attempt)
end
if tonumber(attempt) >= tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[3], ARGV[3], entry)
  redis.call('HDEL', KEYS[2], ARGV[3])
  return 0
end
local next_attempt = tonumber(attempt) + 1
redis.call('HSET', KEYS[2], ARGV[3], string.format('%.0f', next_attempt) .. ' ' .. ARGV[2] .. ' ' .. rest)
return next_attempt
