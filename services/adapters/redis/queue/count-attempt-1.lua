-- Counts another attempt at a message of the queue that was delivered before, right before its handler runs.
--
-- KEYS  1 the message's attempts
-- ARGV  1 the attempt's token, 2 how long to keep the count (ms)
-- Out   the number of this attempt: 2 for the first that is counted, because the first delivery needs no count
-- The value is "count token".
-- Safe to repeat: an attempt is counted once per token.
local count, token = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (.*)$')
if token == ARGV[1] then
  return tonumber(count)
end
local number = tonumber(count or '1') + 1
redis.call('SET', KEYS[1], string.format('%.0f', number) .. ' ' .. ARGV[1], 'PX', ARGV[2])
return number
