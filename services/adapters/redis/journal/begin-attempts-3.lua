-- Counts another attempt at each of some journaled updates right before their handlers run again, or turns the
-- update into a dead letter. In the same step it removes finished entries and writes tombstones.
--
-- KEYS  1 lock, 2 journal, 3 dead letters (both hashes, see open-journal-3)
-- ARGV  1 the term's lock value, 2 the term's epoch, 3 attempts allowed, 4 how many ids to remove follow,
--       5 how many tombstones follow these, 6… all of these ids, then pairs: update id, 'alone' or 'beside others'
-- Out   nil when the lock does not hold the value (nothing changed), else for each update the number of this
--       attempt, or 0: a dead letter (even if it already was one). A dead letter leaves a tombstone in the journal,
--       so that it is not tried again when Telegram delivers it again
-- An attempt beside others is marked, not counted: if the process ends, any of them may be the cause.
-- Safe to repeat: an attempt that was counted in this epoch is not counted again, and a mark can be set twice. A dead
-- letter carries the epoch that gave it up, so a late repeat does not count an attempt after `dead retry`.
-- @include remove-finished
-- @include add-dead-letter
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end

local function mark_ended(id)
  local counted = string.match(redis.call('HGET', KEYS[2], id) or '', '^[1-9]%d* (.*)$')
  if counted then
    redis.call('HSET', KEYS[2], id, 'ended ' .. counted)
  end
end

local function begin(id, is_beside_others)
  local entry = redis.call('HGET', KEYS[2], id)
  local attempt, raised, rest = string.match(entry or '', '^(%d+) (%d+) (.*)$')
  if not attempt then
    return 0
  end
  if raised == ARGV[2] then
    return tonumber(attempt)
  end
  if tonumber(attempt) >= tonumber(ARGV[3]) then
    add_dead_letter(KEYS[3], id, attempt .. ' ' .. ARGV[2] .. ' ' .. rest)
    mark_ended(id)
    return 0
  end
  local next_attempt = tonumber(attempt) + 1
  if is_beside_others then
    redis.call('HSET', KEYS[2], id, attempt .. ' 0' .. ARGV[2] .. ' ' .. rest)
  else
    redis.call('HSET', KEYS[2], id, string.format('%.0f', next_attempt) .. ' ' .. ARGV[2] .. ' ' .. rest)
  end
  return next_attempt
end

local last_finished = 5 + tonumber(ARGV[4])
local last_tombstone = last_finished + tonumber(ARGV[5])
remove_finished(KEYS[2], 6, last_finished)
for i = last_finished + 1, last_tombstone do
  mark_ended(ARGV[i])
end
local attempts = {}
for i = last_tombstone + 1, #ARGV, 2 do
  attempts[#attempts + 1] = begin(ARGV[i], ARGV[i + 1] == 'beside others')
end
return attempts
