-- Reads what status answers are based on, at one moment of the store's clock. Writes nothing.
--
-- KEYS  1 lock, 2 revocation mark, 3 epoch, 4 heartbeat, 5 alert flag, 6 outage (hash), 7 deliveries (hash),
--       8 snooze
-- ARGV  none
-- Out   { store time (ms since 1970, a string), heartbeat or nil, lock or nil, its remaining TTL (ms, -1: none),
--         revoked value or nil, epoch or nil, alert flag or nil, the outage's fields and values in a flat list,
--         number of unfinished deliveries, when the oldest of them was made (ms since 1970, a string, '0': none),
--         the snooze or nil }
-- Safe to repeat. A key of another type than string reads as WRONGTYPE.
-- @include store-time
-- @include text-of
-- @include unfinished-deliveries
local _, now_text = store_time()
local ids = redis.call('HMGET', KEYS[6], 'id', 'unstable_id')
local unfinished, oldest_ms = unfinished_deliveries(KEYS[7], ids[1], ids[2])
return {
  now_text,
  text_of(KEYS[4]), text_of(KEYS[1]), redis.call('PTTL', KEYS[1]), text_of(KEYS[2]), text_of(KEYS[3]), text_of(KEYS[5]),
  redis.call('HGETALL', KEYS[6]), unfinished, oldest_ms, text_of(KEYS[8]),
}
