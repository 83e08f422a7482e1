-- Marks inbox entries as read.
--
-- KEYS  1 inbox (list)
-- ARGV  1… the first characters of each entry to mark (they hold its id); none: all entries
-- Out   number of entries that this call marked
-- Safe to repeat. Entries end in their mark; values of another form, written by another program, stay untouched.
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
