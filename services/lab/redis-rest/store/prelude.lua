-- What a script of the embedded store sees: Lua 5.1's names as Redis offers them, all of it read-only.
--
-- Receives three functions of the host: call (raises errors), pcall (returns them) and sha1hex. Returns the
-- scripts' environment, the table behind it (in which the host sets KEYS and ARGV), and the handler that notes
-- where in the script an error was raised.
--
-- Left out, so that a script which needs it fails here instead of in production or the other way round: what is
-- newer than Lua 5.1, os and io, cjson, cmsgpack, struct, bit, and math.random (chance is handed in as an argument).
-- Numbers are those of Lua 5.4, so `10/2 .. ''` is "5.0" and not "5": scripts write numbers with %.0f.
local hostCall, hostPcall, hostSha1 = ...

local rawType, rawTostring, rawPcall, rawSetmetatable = type, tostring, pcall, setmetatable
local rawError, rawSelect, rawLoad, rawRawset, rawRawget = error, select, load, rawset, rawget
local getinfo, format, find, sub = debug.getinfo, string.format, string.find, string.sub

local readonlyMessage = 'Attempt to modify a readonly table'
-- From each read-only table to what it shows.
local shown = {}

local function refuseChange()
  rawError(readonlyMessage, 2)
end

local function readonly(contents)
  local proxy = rawSetmetatable({}, {
    __index = contents,
    __newindex = refuseChange,
    __metatable = false,
    __pairs = function() return next, contents, nil end,
  })
  shown[proxy] = contents
  return proxy
end

local function pick(library, names)
  local picked = {}
  for name in names:gmatch('%S+') do picked[name] = library[name] end
  return picked
end

local globals = pick(_G, 'assert error getmetatable ipairs next pairs rawequal select tonumber type xpcall')
globals._VERSION = 'Lua 5.1'
globals.unpack = table.unpack
globals.string = readonly(pick(string, 'byte char find format gmatch gsub len lower match rep reverse sub upper'))
globals.table = readonly(pick(table, 'concat insert remove sort'))
globals.coroutine = readonly(pick(coroutine, 'create resume running status wrap yield'))
local mathNames = 'abs acos asin atan ceil cos deg exp floor fmod huge log max min modf pi rad sin sqrt tan'
local maths = pick(math, mathNames)
maths.pow = function(base, exponent) return base ^ exponent end
maths.log10 = function(number) return math.log(number, 10) end
globals.math = readonly(maths)

local environment = readonly(globals)
globals._G = environment
rawSetmetatable(globals, {
  __index = function(_, name)
    rawError("Script attempted to access nonexistent global variable '" .. rawTostring(name) .. "'", 2)
  end,
})
getmetatable('').__metatable = false

function globals.setmetatable(table, metatable)
  if shown[table] then rawError(readonlyMessage, 0) end
  return rawSetmetatable(table, metatable)
end

function globals.rawset(table, key, value)
  if shown[table] then rawError(readonlyMessage, 0) end
  return rawRawset(table, key, value)
end

function globals.rawget(table, key)
  return rawRawget(shown[table] or table, key)
end

function globals.loadstring(source, name)
  return rawLoad(source, name or source, 't', environment)
end

-- Lua 5.1 has no integers: 3.0 prints as 3.
function globals.tostring(value)
  if rawType(value) == 'number' then return format('%.14g', value) end
  return rawTostring(value)
end

-- An error that is an error reply comes back as its text.
local function unwrapped(ok, first, ...)
  if not ok and rawType(first) == 'table' and rawType(rawRawget(first, 'err')) == 'string' then
    return false, first.err
  end
  return ok, first, ...
end

function globals.pcall(...)
  return unwrapped(rawPcall(...))
end

local function singleText(...)
  if rawSelect('#', ...) ~= 1 then return nil end
  local text = ...
  return rawType(text) == 'string' and text or nil
end

local wrongArguments = 'ERR wrong number or type of arguments'

local redis = { call = hostCall, pcall = hostPcall, sha1hex = hostSha1 }

function redis.error_reply(...)
  local text = singleText(...)
  if text == nil then return { err = wrongArguments } end
  if sub(text, 1, 1) == '-' then text = sub(text, 2) end
  if not find(text, ' ', 1, true) then text = 'ERR ' .. text end
  return { err = text }
end

function redis.status_reply(...)
  local text = singleText(...)
  if text == nil then return { err = wrongArguments } end
  return { ok = text }
end

function redis.log() end
function redis.replicate_commands() return true end
redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
globals.redis = readonly(redis)

local function noteWhere(err)
  if rawType(err) ~= 'table' then err = { err = 'ERR ' .. rawTostring(err) } end
  local level = 2
  local info = getinfo(level, 'Sl')
  while info and info.source ~= '@user_script' do
    level = level + 1
    info = getinfo(level, 'Sl')
  end
  if info then rawRawset(err, 'line', info.currentline) end
  return err
end

return environment, globals, noteWhere
