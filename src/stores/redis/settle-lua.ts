// The script that settles a hold, by a commit or by a release, in Lua.

/**
 * Settles a hold. With `isRelease` nothing was spent: the charge is 0 everywhere. `ARGV[2]` is the record, or empty. The
 * id stays known for an hour, so that a repeat is told from an unknown one.
 */
export const settleLua = `
local id = input.id
bringAllHome()
bringHomeIfDue(id)

local hold = readHold(id)
if not hold then return '{"outcome":"unknown","alerts":[],"counters":[]}' end
if hold.state == 'settled' then
  local states = {}
  for name in string.gmatch(hold.counters, '[^\\n]+') do states[#states + 1] = stateOf(name) end
  return '{"outcome":"repeated","alerts":[],"counters":[' .. table.concat(states, ',') .. ']}'
end
if not input.isRelease and (#input.claims ~= #hold.claims or #input.rates ~= #hold.rates) then
  return '{"outcome":"mismatch","alerts":[],"counters":[]}'
end

local wasOpen = hold.state == 'open'
local committed, held = {}, {}
for i, claim in ipairs(hold.claims) do
  local truth = input.claims[i] or 0
  if wasOpen then
    held[i] = add(claim, 'held', -hold.amounts[i])
    committed[i] = add(claim, 'committed', truth)
  else
    committed[i] = add(claim, 'committed', truth - hold.amounts[i])
  end
end

for i, rate in ipairs(hold.rates) do
  local key, bucket = rateKey(rate), whole(hold.buckets[i])
  local text = redis.call('HGET', key, bucket)
  if text then
    local amount, last = readBucket(text)
    writeBucket(key, bucket, math.max(0, amount + (input.rates[i] or 0) - rate.amount), last)
  end
end

-- Marks rise, so the highest amount and the last share that were told say which are left: a limit that is raised has
-- marks at higher amounts, and one that is lowered has greater shares at lower amounts.
local alerts, names, counters = {}, {}, {}
for i, claim in ipairs(hold.claims) do
  local key = counterKey(claim.counter)
  local fields = redis.call('HMGET', key, 'committed', 'held', 'toldAt', 'toldShare')
  local spent = tonumber(fields[1] or 0)
  local toldAt, toldShare = tonumber(fields[3] or -1), tonumber(fields[4] or 0)
  for _, mark in ipairs(input.isRelease and {} or claim.alerts) do
    local share = tonumber(mark[1])
    if mark[2] <= spent and (mark[2] > toldAt or share > toldShare) then
      alerts[#alerts + 1] = '{"claim":' .. whole(i - 1) .. ',"share":' .. mark[1] .. '}'
      toldAt, toldShare = math.max(toldAt, mark[2]), share
      redis.call('HSET', key, 'toldAt', whole(toldAt), 'toldShare', mark[1])
    end
  end
  keep(claim)
  names[i] = claim.counter
  counters[i] = formatState(spent, tonumber(fields[2] or 0))
end

if ARGV[2] ~= '' then
  writeRecord(id, input.at, ARGV[2])
elseif not wasOpen then
  -- What was written down as uncertain has turned out not to have been sent.
  local place = placeOf(id)
  if place then removeRecords({ place .. ' ' .. id }) end
end

local key = holdKey(id)
redis.call('ZREM', base .. 'leases', id)
redis.call('DEL', key)
-- No name has a line break: it is escaped.
redis.call('HSET', key, 'state', 'settled', 'counters', table.concat(names, '\\n'))
redis.call('PEXPIRE', key, hourMs)
local operation = not wasOpen and 'correct' or input.isRelease and 'release' or 'commit'
note(operation, id, hold.claims, committed, held)
return '{"outcome":"' .. (wasOpen and 'settled' or 'corrected') .. '","alerts":[' .. table.concat(alerts, ',')
  .. '],"counters":[' .. table.concat(counters, ',') .. ']}'
`
