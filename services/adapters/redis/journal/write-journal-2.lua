-- Adds unfinished updates to the journal and removes finished ones, on behalf of the lock's holder.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry, see open-journal-3)
-- ARGV  1 the term's lock value, 2 how many finished ids follow, 3… these ids,
--       then pairs: update id, entry
-- Out   1 written; 0 the lock does not hold the value (nothing changed)
-- Safe to repeat, even late: of two entries for one update the tombstone wins, then the one with more attempts.
-- @include remove-finished
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end

local function is_later(stored, entry)
  local attempt, update = string.match(stored, '^(%S+) %d+ (.*)$')
  local new_attempt, new_update = string.match(entry, '^(%S+) %d+ (.*)$')
  if update ~= new_update or new_attempt == 'ended' then
    return false
  end
  return attempt == 'ended' or tonumber(attempt) > tonumber(new_attempt)
end

local last_finished = 2 + tonumber(ARGV[2])
remove_finished(KEYS[2], 3, last_finished)
for i = last_finished + 1, #ARGV, 2 do
  local stored = redis.call('HGET', KEYS[2], ARGV[i])
  if not stored or not is_later(stored, ARGV[i + 1]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return 1
