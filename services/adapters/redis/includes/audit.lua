-- audit(stream, entries_max, entry): appends one entry to the audit stream, which keeps the newest entries_max.
-- The entry's fields: event, who, why, before, after. All are strings; each is cut to 4,000 bytes, between characters.
local function audit(stream, entries_max, entry)
  local function cut(text)
    if #text <= 4000 then
      return text
    end
    return (string.gsub(string.sub(text, 1, 4000), '[\194-\244][\128-\191]*$', '')) .. '…'
  end
  redis.call('XADD', stream, 'MAXLEN', entries_max, '*', 'event', entry.event, 'who', cut(entry.who),
    'why', cut(entry.why), 'before', cut(entry.before), 'after', cut(entry.after))
end
