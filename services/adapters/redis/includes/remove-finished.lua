-- remove_finished(journal, first, last): removes the journal entries whose update ids stand in ARGV[first..last].
-- An entry at attempt 0 stays: an operator put it back after it was finished. So does one of a newer format.
local function remove_finished(journal, first, last)
  for i = first, last do
    local entry = redis.call('HGET', journal, ARGV[i])
    if entry and not string.find(entry, '^0 ') and not string.find(entry, '^v%d+ ') then
      redis.call('HDEL', journal, ARGV[i])
    end
  end
end
