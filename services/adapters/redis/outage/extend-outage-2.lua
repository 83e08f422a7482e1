-- Adds deliveries to an open outage: for the recipients given, or for everyone who knows of it.
--
-- KEYS  1 outage (hash), 2 deliveries (hash)
-- ARGV  1 the outage's id, 2 the counter ('reminder', 'restart', 'told', 'acknowledged_told'), 3 its number (1, 2, …),
--       4 the event's name, 5 a Telegram id that gets nothing ('' none),
--       6… '<channel>|<recipient>'; none: everyone who knows of the outage and has no unfinished delivery
-- Out   number of deliveries made; -1 not open, that number was reached before, or a reminder although someone is on
--       it (nothing changed)
-- Safe to repeat: each number is reached once. A counter that is no number of at most 16 digits, written by another
-- program, reads as 0. "Down" takes the place of an "unstable" that has not gone out, and arrives after one that may
-- still be on its way.
-- @include store-time
-- @include pending-delivery
-- @include deliveries-under-way
-- @include note-message
local id, event = ARGV[1], ARGV[4]
local outage = redis.call('HMGET', KEYS[1], 'id', 'state', ARGV[2], 'told', 'unstable_id', 'acknowledged')
local reached = string.match(outage[3] or '', '^%d+$') or '0'
reached = #reached <= 16 and tonumber(reached) or 0
if outage[1] ~= id or outage[2] ~= 'open' or reached >= tonumber(ARGV[3]) then
  return -1
end
if ARGV[2] == 'reminder' and outage[6] then
  return -1
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
local _, now_text = store_time()
local all = redis.call('HGETALL', KEYS[2])
local under_way = deliveries_under_way(all)
local recipients = {}
for i = 6, #ARGV do
  recipients[#recipients + 1] = ARGV[i]
end
local knows, busy = {}, {}
for i = 1, #all, 2 do
  local of, told, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
  local state, rest = string.match(all[i + 1], '^([^|]*)(|.*)$')
  local is_unstable = told == 'unstable' and of == outage[5]
  if state == 'sent' and ((told == 'down' and of == id) or (is_unstable and outage[4] == '0')) then
    knows[#knows + 1] = to
  elseif (of == id or is_unstable) and (state == 'pending' or state == 'claimed') then
    busy[to] = true
  end
  if is_unstable and event == 'down' and state == 'pending' then
    redis.call('HSET', KEYS[2], all[i], 'cancelled' .. rest)
  end
end
if #ARGV < 6 then
  for _, to in ipairs(knows) do
    if not busy[to] and string.match(to, '|(.*)$') ~= ARGV[5] then
      recipients[#recipients + 1] = to
    end
  end
end
for _, to in ipairs(recipients) do
  redis.call('HSET', KEYS[2], id .. '|' .. event .. '|' .. to, pending_delivery(now_text, under_way[to] or '0', ''))
end
if event ~= 'restart' then
  note_message(KEYS[1], now_text)
end
return #recipients
