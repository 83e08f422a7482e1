-- Begins a term: raises the attempt of every unfinished update, gives up those whose attempts are used up, and
-- returns the rest.
--
-- KEYS  1 lock, 2 journal, 3 dead updates (both hashes: update id -> entry)
-- ARGV  1 the term's lock value, 2 the term's epoch, 3 attempts allowed
-- Out   nil when the lock does not hold the value (nothing changed), else
--       { { id given up, … }, { entry, … } }
-- An entry is "attempt raisedEpoch arrivedEpoch arrivedIndex update", the update as JSON.
-- Safe to repeat: an entry whose attempt was raised in this epoch is not raised again.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
local given_up, entries = {}, {}
local fields = redis.call('HGETALL', KEYS[2])
for i = 1, #fields, 2 do
  local id, entry = fields[i], fields[i + 1]
  local attempt, raised, rest = string.match(entry, '^(%d+) (%d+) (.*)$')
  if raised ~= ARGV[2] and tonumber(attempt) >= tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[3], id, entry)
    redis.call('HDEL', KEYS[2], id)
    given_up[#given_up + 1] = id
  else
    if raised ~= ARGV[2] then
      entry = string.format('%.0f', tonumber(attempt) + 1) .. ' ' .. ARGV[2] .. ' ' .. rest
      redis.call('HSET', KEYS[2], id, entry)
    end
    entries[#entries + 1] = entry
  end
end
return { given_up, entries }
