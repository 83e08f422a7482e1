-- is_expected_heartbeat(key, expected): whether the heartbeat is still the one that the monitor judged.
-- expected is '-' for an absent heartbeat, else '=' and its value.
-- @include text-of
local function is_expected_heartbeat(key, expected)
  local heartbeat = text_of(key)
  return (heartbeat and '=' .. heartbeat or '-') == expected
end
