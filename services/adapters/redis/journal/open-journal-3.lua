-- Begins a term: every unfinished update, and whether the term before ended as it should.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry), 3 audit stream
-- ARGV  1 the term's lock value, 2 the reason in the audit of a term that was given back before it polled
-- Out   nil when the lock does not hold the value, else
--       { 1 the last leader gave its lock back with everything confirmed, or there was none; 0 it did not,
--         { update id, entry, … } in no order }
-- An entry is "attempt raisedEpoch arrivedEpoch arrivedIndex update", the update as JSON; the attempt is "ended"
-- when the handler has ended, 0 when the entry was put back by hand and not tried since.
-- Nearly always enough; else the whole stream is.
local audit_entries_looked_at_first = 100
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end

-- 1 or 0; nil when these entries do not tell.
local function judge(entries)
  local mine_seen = false
  local untouched = {}
  for _, entry in ipairs(entries) do
    local is = {}
    for i = 1, #entry[2], 2 do
      is[entry[2][i]] = entry[2][i + 1]
    end
    if is.event == 'acquired' and is.after == ARGV[1] then
      mine_seen = true
    elseif mine_seen and is.event == 'released' and is.why == ARGV[2] then
      untouched[is.before or ''] = true
    elseif mine_seen and is.event == 'released' then
      return 1
    elseif mine_seen and (is.event == 'broken' or is.event == 'lost') then
      return 0
    elseif mine_seen and is.event == 'acquired' and not untouched[is.after or ''] then
      return 0
    end
  end
  return nil
end

local function ended_well()
  local latest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', audit_entries_looked_at_first)
  return judge(latest) or judge(redis.call('XREVRANGE', KEYS[3], '+', '-')) or 1
end

return { ended_well(), redis.call('HGETALL', KEYS[2]) }
