-- Raises a notice: one delivery for each recipient and channel, if the rule of its kind allows it.
--
-- KEYS  1 outage (hash; its field notice:<kind> remembers the last one as 'raised at|key'), 2 deliveries (hash)
-- ARGV  1 kind, 2 key, 3 not again within (ms) of the last of its kind, 4 '1' not again for the same key in a row,
--       5 what is told (opaque), 6… '<channel>|<recipient>'
-- Out   1 raised; 0 the rule forbids it (nothing changed)
-- Safe to repeat: the second time the rule forbids it, also when the store's clock was set back a little; a last one
-- that is far from now on either side forbids nothing. Finished deliveries of earlier notices of this kind are
-- dropped; unfinished ones stay.
local kind = ARGV[1]
local now = redis.call('TIME')
local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local now_text = string.format('%.0f', now_ms)
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
    'pending|0|' .. now_text .. '|0|0|||0||' .. ARGV[5])
end
return 1
