-- Begins a term: every unfinished update, and whether the term before ended as it should.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry), 3 audit stream
-- ARGV  1 the term's lock value
-- Out   nil when the lock does not hold the value, else
--       { 1 the last leader gave its lock back, or there was none; 0 it did not, { entry, … } in no order }
-- An entry is "attempt raisedEpoch arrivedEpoch arrivedIndex update", the update as JSON.
local audit_entries_looked_at = 100
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
local ended_well = 1
local mine_seen = false
local entries = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', audit_entries_looked_at)
for _, entry in ipairs(entries) do
  local event, after = '', ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'event' then event = entry[2][i + 1] end
    if entry[2][i] == 'after' then after = entry[2][i + 1] end
  end
  if event == 'acquired' and after == ARGV[1] then
    mine_seen = true
  elseif mine_seen and (event == 'acquired' or event == 'broken') then
    ended_well = 0
    break
  elseif mine_seen and event == 'released' then
    break
  end
end
return { ended_well, redis.call('HVALS', KEYS[2]) }
