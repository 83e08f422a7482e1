-- store_time(): the store's clock in ms since 1970, as a number and as a string.
local function store_time()
  local now = redis.call('TIME')
  local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  return now_ms, string.format('%.0f', now_ms)
end
