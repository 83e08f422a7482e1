-- superseded(outage, of, event): whether a message that has not gone out is no longer true, and the event that then
-- follows it for whoever it has reached ('' none). outage holds id, state, told, unstable_id and unstable_state.
local function superseded(outage, of, event)
  if event == 'notice' or event == 'recovered' or event == 'stable' then
    return false, ''
  end
  if event == 'unstable' then
    local is_stable = outage[5] == 'stable'
    return is_stable or (outage[2] == 'open' and outage[3] == '1'), is_stable and 'stable' or ''
  end
  return outage[1] == of and outage[2] == 'recovered', event == 'down' and 'recovered' or ''
end
