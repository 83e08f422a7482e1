-- Claims the oldest delivery that is due, so that no other run sends it in the meantime. None while alerts are snoozed.
--
-- KEYS  1 outage (hash), 2 deliveries (hash), 3 snooze
-- ARGV  1 the claim's token (fresh for each claim), 2 the run's id, 3 how long the claim lasts (ms)
-- Out   nil when nothing is due, else { field, attempt (1, 2, …), made at, '1' when an earlier attempt may have
--         arrived, outage since, opened, recovered ('' when it is not), store time, the warning's JSON or '',
--         who has acknowledged the outage ('' nobody), the unstable time's state ('' none), since, outages }
--         (times in ms since 1970, strings)
-- A field is outage, unstable time or warning|event|channel|recipient; the event of a warning is 'notice'. A record's parts are in
-- pending-delivery. Records of another form, written by another program, stay untouched.
-- Safe to repeat: it returns the claim with this token again, and nothing once that is settled. A late replay, after
-- another run has had the delivery, may create an orphan claim; it expires.
-- A run never gets back a delivery that it failed to send. A claim that expired (its run was killed) is claimed again
-- and marked as a possible repeat; after recovery a "down" of that kind becomes a "back", because it may have been
-- sent, and an "unstable" becomes a "stable". A claim or delay longer than any that this program makes was written by another program: it counts as over.
-- @include store-time
-- @include pending-delivery
-- @include superseded
local delay_ms_max = 7 * 86400000
local pattern = '^(%a+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$'
local now_ms, now_text = store_time()
local outage = redis.call('HMGET', KEYS[1], 'id', 'state', 'told', 'unstable_id', 'unstable_state',
  'since_ms', 'opened_ms', 'recovered_ms', 'acknowledged', 'unstable_since_ms', 'unstable_outages')
local claim_ms = tonumber(ARGV[3])

local function answer(one)
  return { one.field, one.attempts, one.made_ms, one.repeated, outage[6] or '', outage[7] or '', outage[8] or '',
    now_text, one.told, outage[9] or '', outage[5] or '', outage[10] or '', outage[11] or '' }
end

if redis.call('EXISTS', KEYS[3]) == 1 then
  return nil
end

-- Most deliveries are over; of those only one that this claim settled matters.
local function may_matter(record)
  local state = string.match(record, '^%a+')
  return state == 'pending' or state == 'claimed' or string.find(record, ARGV[1], 1, true)
end

local best
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  if may_matter(all[i + 1]) then
    local field = all[i]
    local state, attempts, made_ms, not_before_ms, until_ms, token, run, repeated, why, told =
      string.match(all[i + 1], pattern)
    local of, event, to = string.match(field, '^([^|]+)|([^|]+)|([^|]+|[^|]+)$')
    local known = state and (event == 'notice' or (of and (of == outage[1] or of == outage[4])))
    local claimed = known and state == 'claimed'
    if known and token == ARGV[1] and not claimed then
      return nil
    end
    if claimed and token == ARGV[1] then
      return answer({ field = field, attempts = tonumber(attempts), made_ms = made_ms, repeated = repeated, told = told })
    end
    local ended = claimed and (tonumber(until_ms) <= now_ms or tonumber(until_ms) > now_ms + 2 * claim_ms)
    local due = known and state == 'pending' and run ~= ARGV[2]
      and (tonumber(not_before_ms) <= now_ms or tonumber(not_before_ms) > now_ms + delay_ms_max)
    local over, follow_up = superseded(outage, of, event)
    if ended and over then
      redis.call('HSET', KEYS[2], field, 'cancelled' .. string.match(all[i + 1], '^[^|]*(|.*)$'))
      if follow_up ~= '' then
        redis.call('HSETNX', KEYS[2], of .. '|' .. follow_up .. '|' .. to, pending_delivery(now_text, '0', ''))
      end
    elseif due or ended then
      local earlier = best and (tonumber(best.made_ms) < tonumber(made_ms)
        or (best.made_ms == made_ms and best.field < field))
      if not earlier then
        best = { field = field, attempts = tonumber(attempts) + 1, made_ms = made_ms,
          repeated = ended and '1' or repeated, why = why, told = told }
      end
    end
  end
end
if not best then
  return nil
end
redis.call('HSET', KEYS[2], best.field, table.concat({
  'claimed', string.format('%.0f', best.attempts), best.made_ms, '0',
  string.format('%.0f', now_ms + claim_ms), ARGV[1], ARGV[2], best.repeated, best.why, best.told,
}, '|'))
return answer(best)
