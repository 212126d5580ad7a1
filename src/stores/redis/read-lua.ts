// The scripts that read counters, records and the ledger, and that know the tenants, in Lua.

/** Brings expired holds home and reads counters. `more`: some had to wait, and still count as held. */
export const readCountersLua = `
local more = bringAllHome()
local states = {}
for i, name in ipairs(input.counters) do states[i] = stateOf(name) end
return '{"more":' .. tostring(more) .. ',"counters":[' .. table.concat(states, ',') .. ']}'
`

/** One page of records, newest first: pairs of a time and a record. */
export const readRecordsLua = `
local page = redis.call('ZREVRANGEBYSCORE', base .. 'records', input.most, input.least, 'WITHSCORES', 'LIMIT',
  input.offset, input.count)
local entries = {}
for place = 1, #page, 2 do
  local text = redis.call('HGET', base .. 'record-texts', string.sub(page[place], 18))
  if text then entries[#entries + 1] = '[' .. page[place + 1] .. ',' .. string.sub(text, 18) .. ']' end
end
return '[' .. table.concat(entries, ',') .. ']'
`

/** One page of the ledger, oldest first. */
export const readLedgerLua = `
return '[' .. table.concat(redis.call('LRANGE', base .. 'ledger', input.from, input.from + input.count - 1), ',') .. ']'
`

/**
 * Notes that a tenant has a partition of its own, and tells the version of the limits. Tenants that have not been seen
 * for as long as records are kept have none left, and go.
 */
export const enterTenantLua = `
local tenants = base .. 'tenants'
redis.call('ZADD', tenants, whole(now), input.tenant)
redis.call('ZREMRANGEBYSCORE', tenants, '-inf', '(' .. whole(now - input.keepRecordsMs - dayMs))
redis.call('PEXPIRE', tenants, whole(input.keepRecordsMs + dayMs))
local limits = redis.call('HGET', base .. 's:limits', 'budgets')
return limits and string.match(limits, '^(%d+) ') or '0'
`

/** The tenants that have a partition. */
export const listTenantsLua = `
local tenants = redis.call('ZRANGE', base .. 'tenants', 0, -1)
for i, tenant in ipairs(tenants) do tenants[i] = '"' .. tenant .. '"' end
return '[' .. table.concat(tenants, ',') .. ']'
`
