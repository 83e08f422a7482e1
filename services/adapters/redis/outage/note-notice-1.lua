-- Changes the key of the last warning of a kind without raising one: its reason has gone.
--
-- KEYS  1 outage (hash; its field notice:<kind> holds the last warning as 'raised at|key')
-- ARGV  1 kind, 2 the key that was judged, 3 the new key
-- Out   1 changed; 0 the key has changed since (nothing changed)
-- Safe to repeat: the second call finds the new key and changes nothing.
local last_ms, key = string.match(redis.call('HGET', KEYS[1], 'notice:' .. ARGV[1]) or '', '^(%d+)|(.*)$')
if not last_ms or key ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'notice:' .. ARGV[1], last_ms .. '|' .. ARGV[3])
return 1
