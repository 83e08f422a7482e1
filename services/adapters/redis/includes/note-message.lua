-- note_message(outage, now_text): records that everyone is about to get one more message. The newest six are kept: no
-- decision asks for more.
local function note_message(outage, now_text)
  local times = { now_text }
  for ms in string.gmatch(redis.call('HGET', outage, 'messages') or '', '%d+') do
    if #times < 6 then
      times[#times + 1] = ms
    end
  end
  redis.call('HSET', outage, 'messages', table.concat(times, ' '))
end
