-- add_dead_letter(dead, id, line): keeps a line as a dead letter, under its id or, if another letter has that name,
-- under the first free one of id#2, id#3, … Safe to repeat: a letter that is there already is not added again.
local function add_dead_letter(dead, id, line)
  local name, number = id, 1
  local kept = redis.call('HGET', dead, name)
  while kept and kept ~= line do
    number = number + 1
    name = id .. '#' .. string.format('%.0f', number)
    kept = redis.call('HGET', dead, name)
  end
  if not kept then
    redis.call('HSET', dead, name, line)
  end
end
