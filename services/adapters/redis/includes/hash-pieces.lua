-- Reads a big hash in pieces: no answer grows over a given number of bytes, counted as they travel (base64).
local function travel_bytes(text)
  return 4 * math.ceil(#text / 3) + 3
end

-- names_after(hash, after, bytes_max): the hash's field names greater than `after`, in order if they are not all,
-- the bytes they take, and whether more follow (1 or 0). A name longer than any of ours is left out.
local name_bytes_max = 100
local function names_after(hash, after, bytes_max)
  local names, bytes = {}, 0
  for _, name in ipairs(redis.call('HKEYS', hash)) do
    if name > after and #name <= name_bytes_max then
      names[#names + 1] = name
      bytes = bytes + travel_bytes(name)
    end
  end
  if bytes <= bytes_max then
    return names, bytes, 0
  end
  table.sort(names)
  local some = {}
  bytes = 0
  for i, name in ipairs(names) do
    bytes = bytes + travel_bytes(name)
    if bytes > bytes_max and i > 1 then
      break
    end
    some[i] = name
  end
  return some, bytes, 1
end

-- values_of(hash, names, first, bytes_max, value_bytes_max): the values of names[first], names[first + 1], … as far as
-- they fit into bytes_max; false for a field that is gone, and the size of a value over value_bytes_max.
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
