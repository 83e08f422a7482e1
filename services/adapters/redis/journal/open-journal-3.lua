-- Begins a term: returns every unfinished update, and whether the term before ended cleanly.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry), 3 audit stream
-- ARGV  1 the term's lock value, 2 the audit's reason for a term that released its lock before it polled
-- Out   nil when the lock does not hold the value, else
--       { 1 the last leader released its lock with everything confirmed, or there was none; 0 it did not,
--         { update id, entry, … } in no order }
-- Safe to repeat: it writes nothing.
-- An entry is "attempt countedEpoch arrivedEpoch arrivedIndex update", the update as JSON. The attempt is "ended" for
-- a tombstone (the handler has ended), 0 when an operator put the entry back and it was not tried since.
-- @include stream-fields
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

return { ended_cleanly(), redis.call('HGETALL', KEYS[2]) }
