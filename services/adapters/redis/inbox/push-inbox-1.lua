-- Puts an entry on top of a superadmin's inbox, once.
--
-- KEYS  1 inbox (list, newest first)
-- ARGV  1 the entry (JSON), 2 the first characters of an entry with the same id, 3 entries kept
-- Out   1 added; 0 the inbox has it already (nothing changed)
-- Safe to repeat.
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if string.sub(entry, 1, #ARGV[2]) == ARGV[2] then
    return 0
  end
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[3]) - 1)
return 1
