-- Ends an unstable time: "stable" for everyone who was told in that time that the bot was unstable, down or back.
--
-- KEYS  1 outage (hash), 2 deliveries (hash)
-- ARGV  1 the unstable time's id
-- Out   1 ended; 0 it is over already, or an outage is open (nothing changed)
-- Safe to repeat. What has not gone out is dropped: it is no longer true. If anything may still be on its way to a
-- recipient, "stable" waits and arrives last; settle-delivery decides about an "unstable" that is under way.
-- @include store-time
-- @include pending-delivery
-- @include deliveries-under-way
-- @include may-have-arrived
-- @include note-message
local outage = redis.call('HMGET', KEYS[1], 'id', 'state', 'unstable_id', 'unstable_state')
if outage[3] ~= ARGV[1] or outage[4] ~= 'unstable' or outage[2] ~= 'recovered' then
  return 0
end
local _, now_text = store_time()
local all = redis.call('HGETALL', KEYS[2])
local under_way = deliveries_under_way(all)
for i = 1, #all, 2 do
  local of, event, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
  local state, rest = string.match(all[i + 1], '^([^|]*)(|.*)$')
  if event ~= 'notice' and (of == ARGV[1] or of == outage[1]) then
    if state == 'pending' then
      redis.call('HSET', KEYS[2], all[i], 'cancelled' .. rest)
    end
    if (event == 'unstable' or event == 'down' or event == 'recovered') and may_have_arrived(all[i + 1]) then
      redis.call('HSET', KEYS[2], ARGV[1] .. '|stable|' .. to,
        pending_delivery(now_text, under_way[to] or '0', ''))
    end
  end
end
redis.call('HSET', KEYS[1], 'unstable_state', 'stable')
note_message(KEYS[1], now_text)
return 1
