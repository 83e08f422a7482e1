-- Marks notifications as read.
--
-- KEYS  1 inbox (list)
-- ARGV  1… how the entries with the wanted ids begin; none: all of them
-- Out   number of entries that were unread until now
-- Safe to repeat. Entries end in their mark; one that a stranger wrote in another form is left alone.
local unread, read = '"read":false}', '"read":true}'
local marked = 0
for index, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local wanted = #ARGV == 0
  for i = 1, #ARGV do
    wanted = wanted or string.sub(entry, 1, #ARGV[i]) == ARGV[i]
  end
  if wanted and string.sub(entry, -#unread) == unread then
    redis.call('LSET', KEYS[1], index - 1, string.sub(entry, 1, -#unread - 1) .. read)
    marked = marked + 1
  end
end
return marked
