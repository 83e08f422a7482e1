-- journal_entry(line): attempt, counted and the rest ("arrivedEpoch arrivedIndex update") of a line of format 1;
-- nil for any other line: a newer format, or foreign. The line's form: open-journal-3.
local function journal_entry(line)
  local attempt, counted, rest = string.match(line, '^(%S+) (%d+) (%d+ %d+ .*)$')
  if attempt ~= 'ended' and not string.find(attempt or '', '^%d+$') then
    return nil
  end
  return attempt, counted, rest
end
