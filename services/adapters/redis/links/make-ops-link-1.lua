-- Creates the record of a one-tap link.
--
-- KEYS  1 record (hash)
-- ARGV  1 the link's text, 2 TTL (ms)
-- Out   1 created; 0 the record exists already (nothing changed)
-- Safe to repeat: a second call neither extends the link's life nor makes a used link usable again.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'link', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
