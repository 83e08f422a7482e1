-- Frees the store from its bot, so that another may use it: moves a part of the journal to the dead letters, and with
-- the last part removes the bot's id. Refused while the lock is held.
--
-- KEYS  1 lock, 2 the id of the store's bot, 3 journal, 4 dead letters (both hashes: update id -> entry, see open-journal-3),
--       5 audit stream
-- ARGV  1 the id of the bot that the store belongs to ('' for none), 2 who, 3 why, 4 entries kept in the audit stream,
--       5 how many bytes to move at most (one entry may be larger)
-- Out   { 0, stored value, remaining TTL (ms, -1: none) }   the lock is held: nothing changed
--       { 1, updates moved }                                call again for the rest
--       { 2, updates moved }                                done: the store belongs to no bot
--       { 3, bot id }                                       the store belongs to this other bot: nothing changed
-- Safe to repeat. A tombstone is only removed: its handler has ended.
-- @include audit
-- @include add-dead-letter
local held = redis.call('GET', KEYS[1])
if held then
  return { 0, held, redis.call('PTTL', KEYS[1]) }
end
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[1] then
  return { 3, owner }
end

local bytes, moved, is_done = 0, 0, true
for _, id in ipairs(redis.call('HKEYS', KEYS[3])) do
  local entry = redis.call('HGET', KEYS[3], id)
  bytes = bytes + #entry
  if bytes > tonumber(ARGV[5]) and bytes > #entry then
    is_done = false
    break
  end
  if not string.find(entry, '^ended ') then
    add_dead_letter(KEYS[4], id, entry)
    moved = moved + 1
  end
  redis.call('HDEL', KEYS[3], id)
end
if not is_done then
  return { 1, moved }
end
if owner or moved > 0 then
  redis.call('DEL', KEYS[2])
  audit(KEYS[5], ARGV[4], {
    event = 'unbound', who = ARGV[2], why = ARGV[3], before = owner and 'bot ' .. owner or '', after = '',
  })
end
return { 2, moved }
