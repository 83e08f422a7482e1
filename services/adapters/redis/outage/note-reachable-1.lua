-- Forgets that a recipient could not be reached.
--
-- KEYS  1 outage (hash)
-- ARGV  1 the Telegram id
-- Out   1 forgotten; 0 it was not recorded
-- Safe to repeat.
return redis.call('HDEL', KEYS[1], 'unreachable:' .. ARGV[1])
