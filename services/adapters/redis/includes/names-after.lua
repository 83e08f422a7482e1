-- names_after(hash, after, bytes_max): the hash's fields greater than after, in order if they are not all; how many bytes
-- they take in an answer, at most bytes_max; and 1 if more follow, else 0. Leaves out fields longer than any of ours.
-- @include travel-bytes
local function names_after(hash, after, bytes_max)
  local names, bytes = {}, 0
  for _, name in ipairs(redis.call('HKEYS', hash)) do
    if name > after and #name <= 100 then
      names[#names + 1] = name
      bytes = bytes + travel_bytes(name)
    end
  end
  if bytes <= bytes_max then
    return names, bytes, 0
  end
  table.sort(names)
  local first, used = {}, 0
  for i, name in ipairs(names) do
    if used + travel_bytes(name) > bytes_max then
      break
    end
    used = used + travel_bytes(name)
    first[i] = name
  end
  return first, used, 1
end
