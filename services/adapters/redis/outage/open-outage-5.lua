-- Opens an outage, sets the flag and makes one delivery for each recipient and channel, unless nothing is to be said.
--
-- KEYS  1 heartbeat, 2 alert flag, 3 outage (hash), 4 deliveries (hash), 5 audit stream
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 the new outage's id,
--       3 silent since (ms since 1970), 4 who, 5 why, 6 entries kept in the audit stream,
--       7 the latest outage that was judged (its id, '' none),
--       8 the event to tell: 'down', 'unstable', or '' (the unstable time goes on, and everyone knows),
--       9 the id of the unstable time that begins ('' none), 10 since when (ms since 1970), 11 its outages so far,
--       12… '<channel>|<recipient>'
-- Out   0 the heartbeat or the outage has changed since (nothing changed); 1 opened
-- Safe to repeat: the run recognises its own outage by its id. An earlier outage's unsent deliveries are dropped: its
-- "back" would be a lie now. If one of them may still be on its way, this outage's message waits and arrives last.
-- While an unstable time goes on, whom its outages' messages have reached is kept as reached by "unstable".
-- @include store-time
-- @include audit
-- @include expected-heartbeat
-- @include pending-delivery
-- @include deliveries-under-way
-- @include may-have-arrived
-- @include note-message
if not is_expected_heartbeat(KEYS[1], ARGV[1]) then
  return 0
end
local id, event = ARGV[2], ARGV[8]
local earlier = redis.call('HMGET', KEYS[3], 'id', 'unstable_id', 'unstable_state')
if earlier[1] == id then
  return 1
end
if (earlier[1] or '') ~= ARGV[7] then
  return 0
end
local unstable_id = ARGV[9] == '' and earlier[3] == 'unstable' and earlier[2]
local all = redis.call('HGETALL', KEYS[4])
local under_way = deliveries_under_way(all)
for i = 1, #all, 2 do
  local of, told, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
  if told ~= 'notice' and not (unstable_id and of == unstable_id) then
    if unstable_id and (told == 'down' or told == 'recovered') and may_have_arrived(all[i + 1]) then
      local field = unstable_id .. '|unstable|' .. to
      local known = string.match(redis.call('HGET', KEYS[4], field) or 'dead', '^%a+')
      if known == 'dead' or known == 'cancelled' then
        redis.call('HSET', KEYS[4], field, all[i + 1])
      end
    end
    redis.call('HDEL', KEYS[4], all[i])
  end
end
local _, now_text = store_time()
redis.call('HDEL', KEYS[3], 'recovered_ms', 'reminder', 'restart', 'acknowledged', 'acknowledged_told')
redis.call('HSET', KEYS[3], 'id', id, 'state', 'open', 'opened_ms', now_text, 'since_ms', ARGV[3],
  'told', event == 'down' and '1' or '0')
redis.call('SET', KEYS[2], id)
local of = id
if ARGV[9] ~= '' then
  of = ARGV[9]
  redis.call('HSET', KEYS[3], 'unstable_id', of, 'unstable_state', 'unstable', 'unstable_since_ms', ARGV[10],
    'unstable_outages', ARGV[11])
elseif unstable_id then
  local outages = tonumber(string.match(redis.call('HGET', KEYS[3], 'unstable_outages') or '', '^%d+$') or '1')
  redis.call('HSET', KEYS[3], 'unstable_outages', string.format('%.0f', outages + 1))
end
if event ~= '' then
  note_message(KEYS[3], now_text)
  for i = 12, #ARGV do
    local field = of .. '|' .. event .. '|' .. ARGV[i]
    redis.call('HSET', KEYS[4], field, pending_delivery(now_text, under_way[ARGV[i]] or '0', ''))
  end
end
audit(KEYS[5], ARGV[6], { event = 'outage', who = ARGV[4], why = ARGV[5], before = '', after = id })
return 1
