-- delete_lock(lock, mark, value): deletes the lock and its revocation mark if the lock holds exactly this value.
-- Returns whether it did.
local function delete_lock(lock, mark, value)
  if redis.call('GET', lock) ~= value then
    return false
  end
  redis.call('DEL', lock)
  if redis.call('GET', mark) == value then
    redis.call('DEL', mark)
  end
  return true
end
