-- may_have_arrived(record): whether a delivery that is not claimed was sent, or may have been: its answer was lost.
local function may_have_arrived(record)
  local state, repeated = string.match(record, '^(%a+)|%d+|%d+|%d+|%d+|[^|]*|[^|]*|([^|]*)|')
  return state ~= nil and state ~= 'claimed' and (state == 'sent' or repeated == '1')
end
