-- Raises a warning: one delivery for each recipient and channel, if its kind's throttle rule allows it.
--
-- KEYS  1 outage (hash; its field notice:<kind> holds the last warning as 'raised at|key'), 2 deliveries (hash)
-- ARGV  1 kind, 2 key, 3 quiet time after the last of its kind (ms), 4 '1' not again for the same key in a row,
--       5 the warning (opaque JSON), 6… '<channel>|<recipient>'
-- Out   1 raised; 0 the rule forbids it (nothing changed)
-- Safe to repeat: the rule forbids the second call, even if the store's clock was set back a little. A last warning
-- far from now, past or future, forbids nothing. Finished deliveries of earlier warnings of this kind are dropped;
-- unfinished ones stay.
-- @include store-time
-- @include pending-delivery
local kind = ARGV[1]
local now_ms, now_text = store_time()
local last_ms, last_key = string.match(redis.call('HGET', KEYS[1], 'notice:' .. kind) or '', '^(%d+)|(.*)$')
if last_ms and (math.abs(now_ms - tonumber(last_ms)) < tonumber(ARGV[3]) or (ARGV[4] == '1' and last_key == ARGV[2])) then
  return 0
end
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  local of, event = string.match(all[i], '^([^|]+)|([^|]+)|')
  local state = string.match(all[i + 1], '^%a+')
  if event == 'notice' and string.sub(of, 1, #kind + 1) == kind .. '-' and state ~= 'pending' and state ~= 'claimed' then
    redis.call('HDEL', KEYS[2], all[i])
  end
end
redis.call('HSET', KEYS[1], 'notice:' .. kind, now_text .. '|' .. ARGV[2])
for i = 6, #ARGV do
  redis.call('HSET', KEYS[2], kind .. '-' .. now_text .. '|notice|' .. ARGV[i],
    pending_delivery(now_text, '0', ARGV[5]))
end
return 1
