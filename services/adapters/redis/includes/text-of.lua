-- text_of(key): the key's string, false when it is absent, WRONGTYPE when it holds another type.
-- Another program's value must not keep the monitor from judging the rest.
local function text_of(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'table' and 'WRONGTYPE' or value
end
