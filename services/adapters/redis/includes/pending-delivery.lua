-- pending_delivery(made_ms, not_before_ms, warning): the record of a delivery that has not been tried yet.
-- Times are strings (ms since 1970; '0': at once); warning is the warning's JSON, '' for an outage's delivery.
-- A record is state|attempts|made at|not before|claimed until|token|run|may repeat|why|warning.
local function pending_delivery(made_ms, not_before_ms, warning)
  return 'pending|0|' .. made_ms .. '|' .. not_before_ms .. '|0|||0||' .. warning
end
