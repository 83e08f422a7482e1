-- Closes the open outage, clears the flag, and makes a "back" delivery for each who was told "down".
--
-- KEYS  1 heartbeat, 2 alert flag, 3 outage (hash), 4 deliveries (hash), 5 audit stream
-- ARGV  1 the fresh heartbeat that was judged ('=' and the value), 2 the outage's id ('' for a flag without one),
--       3 who, 4 why, 5 entries kept in the audit stream
-- Out   0 the heartbeat or the outage is another by now (nothing changed); 1 closed
-- Safe to repeat. Who may have been told, because an answer was lost, counts as told; who was not told yet is not
-- told at all. A "down" that is under way is settled by settle-delivery, which then makes the "back" delivery itself.
-- Where anything is under way, or may still be, the "back" waits for it, so as to come last.
local heartbeat = redis.pcall('GET', KEYS[1])
heartbeat = type(heartbeat) == 'table' and 'WRONGTYPE' or heartbeat
if (heartbeat and '=' .. heartbeat or '-') ~= ARGV[1] then
  return 0
end
local id = redis.call('HGET', KEYS[3], 'id')
if not id or redis.call('HGET', KEYS[3], 'state') ~= 'open' then
  if redis.call('DEL', KEYS[2]) == 1 then
    redis.call('XADD', KEYS[5], 'MAXLEN', ARGV[5], '*',
      'event', 'recovered', 'who', ARGV[3], 'why', 'a flag without an outage', 'before', '', 'after', '')
  end
  return 1
end
if id ~= ARGV[2] then
  return 0
end
local now = redis.call('TIME')
local now_ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
local told, under_way = {}, {}
local all = redis.call('HGETALL', KEYS[4])
for i = 1, #all, 2 do
  local of, event, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
  if of == id and event ~= 'recovered' then
    local state, rest = string.match(all[i + 1], '^([^|]*)(|.*)$')
    local until_ms, repeated = string.match(rest or '', '^|%d+|%d+|%d+|(%d+)|[^|]*|[^|]*|([^|]*)|')
    if state == 'pending' then
      redis.call('HSET', KEYS[4], all[i], 'cancelled' .. rest)
    end
    if event == 'down' and state ~= 'claimed' and (state == 'sent' or repeated == '1') then
      told[#told + 1] = to
    end
    if until_ms and tonumber(until_ms) > tonumber(under_way[to] or '0') then
      under_way[to] = until_ms
    end
  end
end
for _, to in ipairs(told) do
  redis.call('HSET', KEYS[4], id .. '|recovered|' .. to,
    'pending|0|' .. now_ms .. '|' .. (under_way[to] or '0') .. '|0|||0||')
end
redis.call('HSET', KEYS[3], 'state', 'recovered', 'recovered_ms', now_ms)
redis.call('DEL', KEYS[2])
redis.call('XADD', KEYS[5], 'MAXLEN', ARGV[5], '*',
  'event', 'recovered', 'who', ARGV[3], 'why', ARGV[4], 'before', id, 'after', '')
return 1
