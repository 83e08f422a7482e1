-- Every unfinished update, for the lock's holder.
--
-- KEYS  1 lock, 2 journal (hash: update id -> entry)
-- ARGV  1 the term's lock value
-- Out   nil when the lock does not hold the value, else { entry, … } in no order
-- An entry is "attempt raisedEpoch arrivedEpoch arrivedIndex update", the update as JSON.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return nil
end
return redis.call('HVALS', KEYS[2])
