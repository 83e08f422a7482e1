-- unfinished_deliveries(deliveries, outage_id, unstable_id): how many deliveries of this outage, of this unstable time,
-- or of a warning, are unfinished, and when the oldest of them was made (ms since 1970, a string; '0': none).
local function unfinished_deliveries(deliveries, outage_id, unstable_id)
  local count, oldest_ms = 0, '0'
  local all = redis.call('HGETALL', deliveries)
  for i = 1, #all, 2 do
    local state, made_ms = string.match(all[i + 1], '^(%a+)|%d+|(%d+)|')
    if state == 'pending' or state == 'claimed' then
      local of, event = string.match(all[i], '^([^|]+)|([^|]+)|[^|]+|[^|]+$')
      if of == outage_id or of == unstable_id or event == 'notice' then
        count = count + 1
        if oldest_ms == '0' or tonumber(made_ms) < tonumber(oldest_ms) then
          oldest_ms = made_ms
        end
      end
    end
  end
  return count, oldest_ms
end
