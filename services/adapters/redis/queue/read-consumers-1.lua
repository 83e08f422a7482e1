-- Reads the consumers' heartbeats, at one moment of the store's clock. Writes nothing.
--
-- KEYS  1 the consumers' heartbeats (hash: consumer -> "ms json")
-- ARGV  none
-- Out   { store time (ms since 1970, a string), consumers and what they said in a flat list }
-- Safe to repeat.
-- @include store-time
local _, now_text = store_time()
return { now_text, redis.call('HGETALL', KEYS[1]) }
