-- Counts another attempt at each of some journaled updates right before their handlers run again, or gives it up;
-- and removes what is finished in the same step.
--
-- KEYS  1 lock, 2 journal, 3 dead updates (both hashes: update id -> entry, see open-journal-3)
-- ARGV  1 the term's lock value, 2 the term's epoch, 3 attempts allowed, 4 how many finished ids follow,
--       5… these ids, then the ids of the updates
-- Out   nil when the lock does not hold the value (nothing changed), else for each update the number of this
--       attempt, or 0: given up, moved to the dead updates (also when it was before)
-- Safe to repeat: an attempt that was counted in this epoch is not counted again. An entry at attempt 0 is not
-- removed: it was put back by hand after it was finished.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end

local function begin(id)
  local entry = redis.call('HGET', KEYS[2], id)
  if not entry then
    return 0
  end
  local attempt, raised, rest = string.match(entry, '^(%d+) (%d+) (.*)$')
  if raised == ARGV[2] then
    return tonumber(attempt)
  end
  if tonumber(attempt) >= tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[3], id, entry)
    redis.call('HDEL', KEYS[2], id)
    return 0
  end
  local next_attempt = tonumber(attempt) + 1
  redis.call('HSET', KEYS[2], id, string.format('%.0f', next_attempt) .. ' ' .. ARGV[2] .. ' ' .. rest)
  return next_attempt
end

local last_finished = 4 + tonumber(ARGV[4])
for i = 5, last_finished do
  local entry = redis.call('HGET', KEYS[2], ARGV[i])
  if entry and not string.find(entry, '^0 ') then
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
local attempts = {}
for i = last_finished + 1, #ARGV do
  attempts[#attempts + 1] = begin(ARGV[i])
end
return attempts
