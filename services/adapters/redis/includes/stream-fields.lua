-- stream_fields(entry): the fields of a stream entry ({ id, { name, value, … } }) as a table.
local function stream_fields(entry)
  local fields = {}
  for i = 1, #entry[2], 2 do
    fields[entry[2][i]] = entry[2][i + 1]
  end
  return fields
end
