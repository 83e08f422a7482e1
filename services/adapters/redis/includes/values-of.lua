-- values_of(hash, names, first, bytes_max, value_bytes_max): the values of names[first], names[first + 1], … as far as they
-- fit into an answer of bytes_max; false for a field that is gone, its size instead of a value over value_bytes_max.
-- @include travel-bytes
local function values_of(hash, names, first, bytes_max, value_bytes_max)
  local values, bytes = {}, 0
  for i = first, #names do
    local value = redis.call('HGET', hash, names[i])
    if value and travel_bytes(value) > value_bytes_max then
      value = #value
    end
    bytes = bytes + travel_bytes(type(value) == 'string' and value or '')
    if bytes > bytes_max then
      break
    end
    values[#values + 1] = value
  end
  return values
end
