-- Closes the open outage, clears the flag, and makes a "back" delivery for everyone who got the "down".
--
-- KEYS  1 heartbeat, 2 alert flag, 3 outage (hash), 4 deliveries (hash), 5 audit stream
-- ARGV  1 the fresh heartbeat that was judged ('=' and the value), 2 the outage's id ('' for a flag without one),
--       3 who, 4 why, 5 entries kept in the audit stream
-- Out   0 the heartbeat or the outage has changed since (nothing changed); 1 closed
-- Safe to repeat. A recipient whose "down" may have arrived, because its answer was lost, counts as told; one whose
-- "down" was not sent gets neither. settle-delivery decides about a "down" that is under way, and makes its "back".
-- If anything may still be on its way to a recipient, the "back" waits and arrives last.
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

local function audit_recovery(why, before)
  audit(KEYS[5], ARGV[5], { event = 'recovered', who = ARGV[3], why = why, before = before, after = '' })
end

local id = redis.call('HGET', KEYS[3], 'id')
if not id or redis.call('HGET', KEYS[3], 'state') ~= 'open' then
  if redis.call('DEL', KEYS[2]) == 1 then
    audit_recovery('a flag without an outage', '')
  end
  return 1
end
if id ~= ARGV[2] then
  return 0
end
local _, now_text = store_time()
local told = {}
local all = redis.call('HGETALL', KEYS[4])
local under_way = deliveries_under_way(all)
for i = 1, #all, 2 do
  local of, event, to = string.match(all[i], '^([^|]*)|([^|]*)|(.*)$')
  if of == id and event ~= 'recovered' then
    local state, rest = string.match(all[i + 1], '^([^|]*)(|.*)$')
    if state == 'pending' then
      redis.call('HSET', KEYS[4], all[i], 'cancelled' .. rest)
    end
    if event == 'down' and may_have_arrived(all[i + 1]) then
      told[#told + 1] = to
    end
  end
end
for _, to in ipairs(told) do
  redis.call('HSET', KEYS[4], id .. '|recovered|' .. to, pending_delivery(now_text, under_way[to] or '0', ''))
end
if redis.call('HGET', KEYS[3], 'told') ~= '0' then
  note_message(KEYS[3], now_text)
end
redis.call('HSET', KEYS[3], 'state', 'recovered', 'recovered_ms', now_text)
redis.call('DEL', KEYS[2])
audit_recovery(ARGV[4], id)
return 1
