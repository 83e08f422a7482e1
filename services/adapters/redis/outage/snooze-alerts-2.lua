-- Snoozes all alerts until a time, or ends the snooze.
--
-- KEYS  1 snooze, 2 audit stream
-- ARGV  1 the request's id (fresh for each request), 2 how long (ms, '0': end it), 3 who (without '|'),
--       4 why, 5 entries kept in the audit stream
-- Out   until when (ms since 1970, a string, '0': not snoozed)
-- Safe to repeat: a request recognises its own snooze by its id. The value is until|id|who|why.
-- @include store-time
-- @include audit
local now_ms = store_time()
local current = redis.call('GET', KEYS[1])
local until_ms, id = string.match(current or '', '^(%d+)|([^|]*)|')
if id == ARGV[1] then
  return until_ms
end
if ARGV[2] == '0' then
  if current then
    redis.call('DEL', KEYS[1])
    audit(KEYS[2], ARGV[5], { event = 'snoozed', who = ARGV[3], why = ARGV[4], before = current, after = '' })
  end
  return '0'
end
until_ms = string.format('%.0f', now_ms + tonumber(ARGV[2]))
local value = until_ms .. '|' .. ARGV[1] .. '|' .. ARGV[3] .. '|' .. ARGV[4]
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
audit(KEYS[2], ARGV[5], { event = 'snoozed', who = ARGV[3], why = ARGV[4], before = current or '', after = value })
return until_ms
