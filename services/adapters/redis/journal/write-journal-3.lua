-- Adds unfinished updates to the journal and removes finished ones, on behalf of the lock's holder.
--
-- KEYS  1 lock, 2 journal, 3 dead letters (both hashes, see open-journal-3)
-- ARGV  1 the term's lock value, 2 how many finished ids follow, 3… these ids,
--       then pairs: update id, line
-- Out   1 written; 0 the lock does not hold the value (nothing changed)
-- Safe to repeat, even late: of two lines for one update the tombstone wins, then the one with more attempts, and
-- before both the one that an operator put back. Nothing is overwritten that nobody has handled: a tombstone leaves the
-- line of another update with its id alone, and a line that was put back, or one of another format, makes room for
-- another update with its id by becoming a dead letter.
-- @include remove-finished
-- @include journal-entry
-- @include add-dead-letter
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end

local function is_later(stored_attempt, attempt)
  if stored_attempt == '0' then
    return true
  end
  return attempt ~= 'ended' and (stored_attempt == 'ended' or tonumber(stored_attempt) > tonumber(attempt))
end

local function write(id, line)
  local stored = redis.call('HGET', KEYS[2], id)
  if stored then
    local stored_attempt, _, stored_update = journal_entry(stored)
    local attempt, _, update = journal_entry(line)
    if stored_update == update then
      if is_later(stored_attempt, attempt) then
        return
      end
    elseif attempt == 'ended' then
      return
    elseif not stored_attempt or stored_attempt == '0' then
      add_dead_letter(KEYS[3], id, stored)
    end
  end
  redis.call('HSET', KEYS[2], id, line)
end

local last_finished = 2 + tonumber(ARGV[2])
remove_finished(KEYS[2], 3, last_finished)
for i = last_finished + 1, #ARGV, 2 do
  write(ARGV[i], ARGV[i + 1])
end
return 1
