-- deliveries_under_way(all): until when a message may still be on its way to each recipient, whatever its event but a
-- warning (ms since 1970, a string). all is the flat list of the deliveries' fields and records.
local function deliveries_under_way(all)
  local until_by_recipient = {}
  for i = 1, #all, 2 do
    local event, to = string.match(all[i], '^[^|]*|([^|]*)|(.*)$')
    local until_ms = string.match(all[i + 1], '^%a+|%d+|%d+|%d+|(%d+)|')
    if to and event ~= 'notice' and until_ms and tonumber(until_ms) > tonumber(until_by_recipient[to] or '0') then
      until_by_recipient[to] = until_ms
    end
  end
  return until_by_recipient
end
