-- Records who is on it: reminders of the open outage stop. The first one stays.
--
-- KEYS  1 outage (hash), 2 audit stream
-- ARGV  1 the outage's id, or that of the unstable time, 2 who, 3 why, 4 entries kept in the audit stream
-- Out   { '1' recorded, '0' someone was on it before, who is on it }; nil when the outage is over (nothing changed)
-- Safe to repeat: the same name is recorded once.
-- @include audit
local outage = redis.call('HMGET', KEYS[1], 'id', 'state', 'unstable_id', 'unstable_state', 'acknowledged')
local is_unstable = outage[3] == ARGV[1] and outage[4] == 'unstable'
if outage[2] ~= 'open' or not (outage[1] == ARGV[1] or is_unstable) then
  return nil
end
if outage[5] then
  return { outage[5] == ARGV[2] and '1' or '0', outage[5] }
end
redis.call('HSET', KEYS[1], 'acknowledged', ARGV[2])
audit(KEYS[2], ARGV[4], { event = 'acknowledged', who = ARGV[2], why = ARGV[3], before = '', after = outage[1] })
return { '1', ARGV[2] }
