-- Adds deliveries to an open outage: a reminder for each recipient who got the "down", or the recipients given.
--
-- KEYS  1 outage (hash), 2 deliveries (hash)
-- ARGV  1 the outage's id, 2 the counter ('reminder', 'restart'), 3 its number (1, 2, …), 4 the event's name,
--       5… '<channel>|<recipient>'; none: everyone who got the "down" and has no unfinished delivery
-- Out   number of deliveries made; -1 not open, or that number was reached before (nothing changed)
-- Safe to repeat: each number is reached once. A counter that is no number of at most 16 digits, written by another
-- program, reads as 0.
-- @include store-time
-- @include pending-delivery
local id = ARGV[1]
local outage = redis.call('HMGET', KEYS[1], 'id', 'state', ARGV[2])
local reached = string.match(outage[3] or '', '^%d+$') or '0'
reached = #reached <= 16 and tonumber(reached) or 0
if outage[1] ~= id or outage[2] ~= 'open' or reached >= tonumber(ARGV[3]) then
  return -1
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
local _, now_text = store_time()
local recipients = {}
for i = 5, #ARGV do
  recipients[#recipients + 1] = ARGV[i]
end
if #ARGV < 5 then
  local all = redis.call('HGETALL', KEYS[2])
  local told, busy = {}, {}
  for i = 1, #all, 2 do
    local of, event, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
    local state = string.match(all[i + 1], '^[^|]*')
    if of == id and event == 'down' and state == 'sent' then
      told[#told + 1] = to
    elseif of == id and (state == 'pending' or state == 'claimed') then
      busy[to] = true
    end
  end
  for _, to in ipairs(told) do
    if not busy[to] then
      recipients[#recipients + 1] = to
    end
  end
end
for _, to in ipairs(recipients) do
  redis.call('HSET', KEYS[2], id .. '|' .. ARGV[4] .. '|' .. to, pending_delivery(now_text, '0', ''))
end
return #recipients
