-- The mark of a malformed heartbeat: since when, and the heartbeat that was judged last ('=' and its value).
-- The mark must not outlive a readable heartbeat, even if the run that judged it could not clear the mark. So a
-- heartbeat that no run has judged yet is kept with '?' before it; if a different one follows, the mark ends.
-- is_judged(heartbeat): whether a run found it malformed.
local function is_judged(heartbeat)
  return not heartbeat or string.sub(heartbeat, 1, 1) ~= '?'
end
-- clear_mark(outage_key): the heartbeat is readable.
local function clear_mark(outage_key)
  redis.call('HDEL', outage_key, 'malformed_since_ms', 'malformed_heartbeat')
end
-- see_heartbeat(outage_key, heartbeat): a run reads the heartbeat; false when there is none.
local function see_heartbeat(outage_key, heartbeat)
  local mark = redis.call('HMGET', outage_key, 'malformed_since_ms', 'malformed_heartbeat')
  local seen = heartbeat and '=' .. heartbeat or '-'
  if not mark[1] or mark[2] == seen or mark[2] == '?' .. seen then
    return
  end
  if is_judged(mark[2]) then
    redis.call('HSET', outage_key, 'malformed_heartbeat', '?' .. seen)
  else
    clear_mark(outage_key)
  end
end
