-- Opens an outage, sets the flag and makes one delivery for each recipient and channel.
--
-- KEYS  1 heartbeat, 2 alert flag, 3 outage (hash), 4 deliveries (hash), 5 audit stream
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 the new outage's id,
--       3 silent since (ms since 1970), 4 who, 5 why, 6 entries kept in the audit stream,
--       7… '<channel>|<recipient>'
-- Out   0 the heartbeat has changed since (nothing changed); 1 opened; 2 an outage is open already (nothing changed)
-- Safe to repeat: the run recognises its own outage by its id. An earlier outage's unsent deliveries are dropped: its
-- "back" would be a lie now. If one of them may still be on its way, this outage's "down" waits and arrives last.
-- @include store-time
-- @include audit
-- @include expected-heartbeat
-- @include pending-delivery
if not is_expected_heartbeat(KEYS[1], ARGV[1]) then
  return 0
end
local id = ARGV[2]
local earlier = redis.call('HMGET', KEYS[3], 'id', 'state')
if earlier[1] and earlier[2] == 'open' and redis.pcall('GET', KEYS[2]) == earlier[1] then
  return earlier[1] == id and 1 or 2
end
local under_way = {}
local all = redis.call('HGETALL', KEYS[4])
for i = 1, #all, 2 do
  local event, to = string.match(all[i], '^[^|]*|([^|]*)|(.*)$')
  local until_ms = string.match(all[i + 1], '^%a+|%d+|%d+|%d+|(%d+)|')
  if event ~= 'notice' then
    redis.call('HDEL', KEYS[4], all[i])
    if to and until_ms and tonumber(until_ms) > tonumber(under_way[to] or '0') then
      under_way[to] = until_ms
    end
  end
end
local _, now_text = store_time()
redis.call('HDEL', KEYS[3], 'recovered_ms', 'reminder', 'restart')
redis.call('HSET', KEYS[3], 'id', id, 'state', 'open', 'opened_ms', now_text, 'since_ms', ARGV[3])
redis.call('SET', KEYS[2], id)
for i = 7, #ARGV do
  redis.call('HSET', KEYS[4], id .. '|down|' .. ARGV[i], pending_delivery(now_text, under_way[ARGV[i]] or '0', ''))
end
audit(KEYS[5], ARGV[6], { event = 'outage', who = ARGV[4], why = ARGV[5], before = '', after = id })
return 1
