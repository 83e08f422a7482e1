-- Reads what status answers are based on, at one moment of the store's clock. Writes nothing.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash)
-- ARGV  none
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none) }
-- Safe to repeat. A key of another type than string reads as WRONGTYPE.
-- @include store-time
-- @include text-of
-- @include unfinished-deliveries
local _, now_text = store_time()
local unfinished, oldest_ms = unfinished_deliveries(KEYS[7], redis.call('HGET', KEYS[6], 'id'))
return {
  now_text,
  text_of(KEYS[4]), text_of(KEYS[1]), redis.call('PTTL', KEYS[1]), text_of(KEYS[2]), text_of(KEYS[3]), text_of(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms,
}
