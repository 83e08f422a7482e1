-- Begins a term: how the term before ended, and the first piece of the journal.
--
-- KEYS  1 lock, 2 journal (hash: update id -> line), 3 audit stream
-- ARGV  1 the term's lock value, 2 the audit's reason for a term that released its lock before it polled,
--       3 how many bytes the ids may take, 4 how many the whole answer, 5 how many one line
-- Out   nil when the lock does not hold the value, else
--       { 1 the last leader released its lock with everything confirmed, or there was none; 0 it did not,
--         { update id, … }, 1 if list-entries-2 has more ids,
--         { line of the first id, … as many as fit; see read-entries-2 } }
-- Safe to repeat: it writes nothing.
--
-- A line of format 1 is "attempt counted arrivedEpoch arrivedIndex update", the update as JSON.
-- - attempt: how many began; 0 when an operator put the entry back and it was not tried since; "ended" for a tombstone.
-- - counted: the epoch that counted the last attempt, or gave the update up. With a 0 before it, that epoch began one
--   more attempt beside other suspects, which does not count as one (begin-attempts-3).
-- A later format begins with "v" and its number, as in "v2 …". This version leaves such a line where it is.
-- @include stream-fields
-- @include names-after
-- @include values-of
-- Nearly always enough; otherwise the whole stream is read.
local audit_entries_read_first = 100
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end

-- 1 clean, 0 not; nil when these entries do not tell.
local function judge(entries)
  local mine_seen = false
  local never_polled = {}
  for _, entry in ipairs(entries) do
    local is = stream_fields(entry)
    if is.event == 'acquired' and is.after == ARGV[1] then
      mine_seen = true
    elseif mine_seen and is.event == 'released' and is.why == ARGV[2] then
      never_polled[is.before or ''] = true
    elseif mine_seen and is.event == 'released' then
      return 1
    elseif mine_seen and (is.event == 'broken' or is.event == 'lost') then
      return 0
    elseif mine_seen and is.event == 'acquired' and not never_polled[is.after or ''] then
      return 0
    end
  end
  return nil
end

local function ended_cleanly()
  local latest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', audit_entries_read_first)
  return judge(latest) or judge(redis.call('XREVRANGE', KEYS[3], '+', '-')) or 1
end

local ids, bytes, more = names_after(KEYS[2], '', tonumber(ARGV[3]))
local lines = values_of(KEYS[2], ids, 1, tonumber(ARGV[4]) - bytes, tonumber(ARGV[5]))
return { ended_cleanly(), ids, more, lines }
