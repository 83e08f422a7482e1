-- Ends a claim: the delivery was sent, is to be tried again, or is given up for this outage.
--
-- KEYS  1 outage (hash), 2 deliveries (hash)
-- ARGV  1 field, 2 the claim's token, 3 outcome ('sent', 'later', 'dead'), 4 not again before (ms from now),
--       5 '1' when the failed attempt may still have arrived, 6 why (without '|'),
--       7 '1' when the recipient cannot be reached: remembered until a message reaches them
-- Out   1 settled (even if it already was); 0 another claim holds the delivery (nothing changed)
-- Safe to repeat. If the outage was closed in the meantime, an unsent "down" is dropped, and every recipient whom it
-- has reached, or may have, gets a "back"; the same holds for "unstable" and "stable". A message that may still be on its way keeps its claim's end: whatever
-- follows it waits until then.
-- @include store-time
-- @include pending-delivery
-- @include superseded
local record = redis.call('HGET', KEYS[2], ARGV[1])
if not record then
  return 0
end
local pattern = '^([^|]*)|([^|]*)|([^|]*)|[^|]*|([^|]*)|([^|]*)|([^|]*)|([^|]*)|[^|]*|(.*)$'
local state, attempts, made_ms, until_ms, token, run, repeated, told = string.match(record, pattern)
if token ~= ARGV[2] then
  return 0
end
if state ~= 'claimed' then
  return 1
end
local now_ms, now_text = store_time()
local of, event, to = string.match(ARGV[1], '^([^|]*)|([^|]*)|(.*)$')
local over, follow_up = superseded(
  redis.call('HMGET', KEYS[1], 'id', 'state', 'told', 'unstable_id', 'unstable_state'), of, event)
local settled = ARGV[3]
if settled == 'later' then
  settled = over and 'cancelled' or 'pending'
end
if ARGV[5] == '1' then
  repeated = '1'
end
if settled == 'sent' or repeated ~= '1' then
  until_ms = '0'
end
redis.call('HSET', KEYS[2], ARGV[1], table.concat({
  settled, attempts, made_ms, string.format('%.0f', now_ms + tonumber(ARGV[4])), until_ms,
  token, run, repeated, ARGV[6], told,
}, '|'))
if over and follow_up ~= '' and (settled == 'sent' or repeated == '1') then
  redis.call('HSETNX', KEYS[2], of .. '|' .. follow_up .. '|' .. to, pending_delivery(now_text, until_ms, ''))
end
local telegram_id = string.match(to or '', '^TELEGRAM|(.*)$')
if telegram_id and settled == 'sent' then
  redis.call('HDEL', KEYS[1], 'unreachable:' .. telegram_id)
elseif telegram_id and ARGV[7] == '1' then
  redis.call('HSET', KEYS[1], 'unreachable:' .. telegram_id, now_text)
end
return 1
