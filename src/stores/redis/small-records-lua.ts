// The scripts of the small records, in Lua: a hash a collection, in which each field is a version and a text.

/** A deleted record keeps its version, without a text behind it. */
const fieldLua = `
local key = base .. 's:' .. input.collection

local function parse(field)
  local version, text = string.match(field or '', '^(%d+) (.*)$')
  if version then return version, text end
  return string.match(field or '', '^%d+$') or '0', nil
end
`

/** The version and text of a record, or `null`. */
export const getLua = `${fieldLua}
local version, text = parse(redis.call('HGET', key, input.key))
return text and '[' .. version .. ',' .. text .. ']' or 'null'
`

/** Writes a record and tells its version; `null` where another version stands than the one demanded. */
export const setLua = `${fieldLua}
local version, text = parse(redis.call('HGET', key, input.key))
if input.ifVersion and input.ifVersion ~= (text and tonumber(version) or 0) then return 'null' end
version = whole(tonumber(version) + 1)
redis.call('HSET', key, input.key, version .. ' ' .. ARGV[2])
return version
`

/** Takes the text of a record away; `false` where there was none. */
export const deleteLua = `${fieldLua}
local version, text = parse(redis.call('HGET', key, input.key))
if not text then return 'false' end
redis.call('HSET', key, input.key, version)
return 'true'
`

/** All records of a collection, in no order: name, version, text. */
export const listLua = `${fieldLua}
local fields = redis.call('HGETALL', key)
local records = {}
for place = 1, #fields, 2 do
  local version, text = parse(fields[place + 1])
  if text then records[#records + 1] = '["' .. fields[place] .. '",' .. version .. ',' .. text .. ']' end
end
return '[' .. table.concat(records, ',') .. ']'
`
