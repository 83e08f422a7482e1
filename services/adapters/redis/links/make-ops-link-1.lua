-- Makes the record of a one-tap link.
--
-- KEYS  1 record (hash)
-- ARGV  1 the link's text, 2 how long it lives (ms)
-- Out   1 made; 0 there is one with this id (nothing changed)
-- Safe to repeat: neither a life nor a use is given back.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'link', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
