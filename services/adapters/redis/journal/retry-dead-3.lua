-- Puts a dead letter back into the journal, with all its attempts left.
--
-- KEYS  1 dead letters, 2 journal (both hashes, see open-journal-3), 3 audit stream
-- ARGV  1 the letter's name, 2 who, 3 why, 4 entries kept in the audit stream
-- Out   1 put back; 4 put back as it is, because this version cannot read it; 2 it is in the journal already;
--       3 the journal holds another update with this id; 0 unknown (0, 2, 3: nothing changed)
-- Safe to repeat. The entry keeps the letter's epoch: the term that gave it up never counts another attempt, and the
-- next leader counts its first attempt as the first.
-- @include audit
-- @include journal-entry
local letter = redis.call('HGET', KEYS[1], ARGV[1])
local id = string.gsub(ARGV[1], '#%d+$', '')
local stored = redis.call('HGET', KEYS[2], id)
if not letter then
  return string.find(stored or '', '^%d') and 2 or 0
end
local attempt, epoch, update = journal_entry(letter)
if stored then
  local stored_attempt, _, stored_update = journal_entry(stored)
  if stored_attempt ~= 'ended' or stored_update ~= update then
    return 3
  end
end
redis.call('HSET', KEYS[2], id, attempt and string.format('0 %.0f ', tonumber(epoch)) .. update or letter)
redis.call('HDEL', KEYS[1], ARGV[1])
audit(KEYS[3], ARGV[4],
  { event = 'retried', who = ARGV[2], why = ARGV[3], before = 'given up', after = 'update ' .. id })
return attempt and 1 or 4
