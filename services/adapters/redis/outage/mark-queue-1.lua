-- Remembers since when handlers have been absent or behind, by the store's clock.
--
-- KEYS  1 outage (hash)
-- ARGV  1 the trouble, '' for none
-- Out   1
-- Safe to repeat: the first mark of a trouble counts.
-- @include store-time
local _, now_text = store_time()
local marked = redis.call('HGET', KEYS[1], 'queue_trouble') or ''
if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 'queue_trouble')
elseif string.match(marked, '^([%a-]+)|%d+$') ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'queue_trouble', ARGV[1] .. '|' .. now_text)
end
return 1
