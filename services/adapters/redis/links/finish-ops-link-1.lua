-- Stores the result of a one-tap link's use.
--
-- KEYS  1 record (hash)
-- ARGV  1 the token of the attempt that used it, 2 the result (JSON)
-- Out   1 stored; 0 another attempt used the link, or its record has expired (nothing changed)
-- Safe to repeat. Creates no record.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'result', ARGV[2])
return 1
