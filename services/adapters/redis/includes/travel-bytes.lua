-- travel_bytes(text): how many bytes a string takes in an answer, which travels as base64 in quotes.
local function travel_bytes(text)
  return 4 * math.ceil(#text / 3) + 3
end
