-- Opens an outage, sets the flag and makes one delivery for each recipient and channel.
--
-- KEYS  1 heartbeat, 2 alert flag, 3 outage (hash), 4 deliveries (hash), 5 audit stream
-- ARGV  1 the heartbeat that was judged ('-' absent, else '=' and the value), 2 the new outage's id,
--       3 silent since (ms since 1970), 4 who, 5 why, 6 entries kept in the audit stream,
--       7… '<channel>|<recipient>'
-- Out   0 the heartbeat is another by now (nothing changed); 1 opened; 2 one is open already (nothing changed)
-- Safe to repeat: one's own id is recognised. What was left of an earlier outage's deliveries is dropped: its
-- "back" would be a lie by now. Where one is under way, or may still be, this outage's "down" waits for it, so as to
-- come last.
local heartbeat = redis.pcall('GET', KEYS[1])
heartbeat = type(heartbeat) == 'table' and 'WRONGTYPE' or heartbeat
if (heartbeat and '=' .. heartbeat or '-') ~= ARGV[1] then
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
local now = redis.call('TIME')
local now_ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
redis.call('HDEL', KEYS[3], 'recovered_ms', 'reminder', 'restart')
redis.call('HSET', KEYS[3], 'id', id, 'state', 'open', 'opened_ms', now_ms, 'since_ms', ARGV[3])
redis.call('SET', KEYS[2], id)
for i = 7, #ARGV do
  redis.call('HSET', KEYS[4], id .. '|down|' .. ARGV[i],
    'pending|0|' .. now_ms .. '|' .. (under_way[ARGV[i]] or '0') .. '|0|||0||')
end
redis.call('XADD', KEYS[5], 'MAXLEN', ARGV[6], '*',
  'event', 'outage', 'who', ARGV[4], 'why', ARGV[5], 'before', '', 'after', id)
return 1
