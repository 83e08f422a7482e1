-- Says in the outage's hash that the handlers of a term fail, or no longer do.
--
-- KEYS  1 outage (hash; its field handlers holds the report as 'epoch|since|written at|rest')
-- ARGV  1 epoch, 2 for how long they have failed (ms; '' deletes the report), 3 the rest of the report (opaque JSON)
-- Out   1 written or deleted; 0 the report is of a later term (nothing changed)
-- Safe to repeat: a second call moves the times by as much as it came later.
-- @include store-time
local epoch = string.match(redis.call('HGET', KEYS[1], 'handlers') or '', '^(%d+)|')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return 0
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'handlers')
  return 1
end
local now_ms, now_text = store_time()
local since_text = string.format('%.0f', math.max(0, now_ms - tonumber(ARGV[2])))
redis.call('HSET', KEYS[1], 'handlers', ARGV[1] .. '|' .. since_text .. '|' .. now_text .. '|' .. ARGV[3])
return 1
