-- Changes for what the last notice of a kind counts as told, without telling anything: its reason has gone.
--
-- KEYS  1 outage (hash; its field notice:<kind> remembers the last one as 'raised at|key')
-- ARGV  1 kind, 2 the key that was judged, 3 the new key
-- Out   1 noted; 0 the key is another by now (nothing changed)
-- Safe to repeat: the second time it is another.
local last_ms, key = string.match(redis.call('HGET', KEYS[1], 'notice:' .. ARGV[1]) or '', '^(%d+)|(.*)$')
if not last_ms or key ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'notice:' .. ARGV[1], last_ms .. '|' .. ARGV[3])
return 1
