-- audit(stream, entries_max, entry): appends one entry to the audit stream, which keeps the newest entries_max.
-- The entry's fields: event, who, why, before, after. All are strings.
local function audit(stream, entries_max, entry)
  redis.call('XADD', stream, 'MAXLEN', entries_max, '*',
    'event', entry.event, 'who', entry.who, 'why', entry.why, 'before', entry.before, 'after', entry.after)
end
