-- Counts another attempt at a message of the queue that was delivered before, right before its handler runs.
--
-- KEYS  1 the message's attempts
-- ARGV  1 the attempt's token, 2 how long to keep the count (ms), '' to count nothing
-- Out   the number that this attempt has, or would have: 2 for the first that is counted, because the first delivery needs no count
-- The value holds the tokens of all attempts in their order: "token token …".
-- Safe to repeat, even late: an attempt is counted once per token.
local number = 1
local tokens = redis.call('GET', KEYS[1]) or ''
for token in string.gmatch(tokens, '%S+') do
  number = number + 1
  if token == ARGV[1] then
    return number
  end
end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[1], tokens .. ' ' .. ARGV[1], 'PX', ARGV[2])
end
return number + 1
