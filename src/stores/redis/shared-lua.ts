// What every script of the Redis store begins with: the time, counters, rates, holds, records and the ledger, in Lua.

/**
 * Lua that stands before each script. `KEYS[1]` is the beginning of every key, hash tag included; `ARGV[1]` is the call
 * as JSON. Names arrive with the escapes of JSON, so that they are written into answers as they are. Amounts are doubles
 * here, exact up to 2^53; they are written with `whole` only, since Lua's own formatting keeps 14 digits.
 */
export const sharedLua = `
local base = KEYS[1]
local input = cjson.decode(ARGV[1])
local largest = 9007199254740991
local hourMs = 3600000
local dayMs = 86400000
local bucketsPerWindow = 60
local homecomingsPerCall = 100

local now = input.now
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function whole(number) return string.format('%.0f', number) end

local function join(numbers)
  local texts = {}
  for i, number in ipairs(numbers) do texts[i] = whole(number) end
  return table.concat(texts, ' ')
end

local function split(text)
  local numbers = {}
  for number in string.gmatch(text, '%S+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end

local function counterKey(name) return base .. 'c:' .. name end

local function readCounter(name)
  local fields = redis.call('HMGET', counterKey(name), 'committed', 'held')
  return tonumber(fields[1] or 0), tonumber(fields[2] or 0)
end

-- Tells what was added in truth: a counter stays between 0 and the largest amount.
local function add(claim, field, amount)
  if amount == 0 then return 0 end
  local key = counterKey(claim.counter)
  local after = redis.call('HINCRBY', key, field, whole(amount))
  if after >= 0 and after <= largest then return amount end
  local before = redis.call('HINCRBY', key, field, whole(-amount))
  local added = math.min(largest, math.max(0, before + amount)) - before
  redis.call('HINCRBY', key, field, whole(added))
  return added
end

-- A counter outlives its window by a day.
local function keep(claim)
  if claim.endsAt then redis.call('PEXPIRE', counterKey(claim.counter), whole(claim.endsAt + dayMs - now)) end
end

local function formatState(committed, held)
  return '{"committed":' .. whole(committed) .. ',"held":' .. whole(held) .. '}'
end

local function stateOf(name) return formatState(readCounter(name)) end

local function rateKey(rate) return base .. 'r:' .. whole(rate.windowMs) .. ':' .. rate.key end

local function bucketNow(rate) return whole(math.floor(now / math.ceil(rate.windowMs / bucketsPerWindow))) end

-- A bucket holds an amount and the last moment at which something was added to it.
local function readBucket(text)
  local amount, last = string.match(text, '^(%d+) (%d+)$')
  return tonumber(amount), tonumber(last)
end

local function writeBucket(key, bucket, amount, last)
  redis.call('HSET', key, bucket, whole(amount) .. ' ' .. whole(last))
end

-- Entries of the ledger are numbered by their place in the list.
local function note(operation, id, claims, committed, held)
  if not input.ledger then return end
  local key = base .. 'ledger'
  local changes = {}
  for i, claim in ipairs(claims) do
    changes[i] = '{"counter":"' .. claim.counter .. '","committed":' .. whole(committed[i] or 0)
      .. ',"held":' .. whole(held[i] or 0) .. '}'
  end
  redis.call('RPUSH', key, '{"sequence":' .. whole(redis.call('LLEN', key) + 1) .. ',"operation":"' .. operation
    .. '","id":"' .. id .. '","changes":[' .. table.concat(changes, ',') .. ']}')
  redis.call('PEXPIRE', key, whole(input.keepRecordsMs))
end

-- Records stand in the order of their times, and those of one time in the order in which they were written.
local function removeRecords(members)
  if #members == 0 then return end
  local ids = {}
  for i, member in ipairs(members) do ids[i] = string.sub(member, 18) end
  redis.call('ZREM', base .. 'records', unpack(members))
  redis.call('HDEL', base .. 'record-texts', unpack(ids))
end

local function placeOf(id)
  return string.match(redis.call('HGET', base .. 'record-texts', id) or '', '^%d+')
end

-- Written again under the same id, a record takes the place of the former. What is too much or too old goes, a
-- bounded number a call.
local function writeRecord(id, at, text)
  local index, texts, count = base .. 'records', base .. 'record-texts', base .. 'record-count'
  local place = placeOf(id) or string.format('%016.0f', redis.call('INCR', count))
  redis.call('ZADD', index, at, place .. ' ' .. id)
  redis.call('HSET', texts, id, place .. ' ' .. text)
  removeRecords(redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. whole(now - input.keepRecordsMs), 'LIMIT', 0, 100))
  local excess = redis.call('ZCARD', index) - input.keepRecords
  if excess > 0 then removeRecords(redis.call('ZRANGE', index, 0, math.min(excess, 100) - 1)) end
  for _, key in ipairs({ index, texts, count }) do redis.call('PEXPIRE', key, whole(input.keepRecordsMs)) end
end

local function holdKey(id) return base .. 'h:' .. id end

local function readHold(id)
  local fields = redis.call('HMGET', holdKey(id), 'state', 'hold', 'amounts', 'buckets', 'record', 'counters')
  if not fields[1] then return nil end
  local hold = fields[2] and cjson.decode(fields[2]) or {}
  hold.state = fields[1]
  hold.amounts = split(fields[3] or '')
  hold.buckets = split(fields[4] or '')
  hold.recordText = fields[5]
  hold.counters = fields[6]
  return hold
end

-- A hold that nobody has renewed or settled is charged at what was held for it.
local function bringHome(id)
  redis.call('ZREM', base .. 'leases', id)
  local hold = readHold(id)
  if not hold or hold.state ~= 'open' then return end
  local committed, held = {}, {}
  for i, claim in ipairs(hold.claims) do
    held[i] = add(claim, 'held', -hold.amounts[i])
    committed[i] = add(claim, 'committed', hold.amounts[i])
    keep(claim)
  end
  local key = holdKey(id)
  redis.call('HSET', key, 'state', 'expired', 'amounts', join(committed))
  redis.call('HDEL', key, 'record')
  redis.call('PEXPIRE', key, dayMs)
  writeRecord(id, hold.at, hold.recordText)
  note('expire', id, hold.claims, committed, held)
end

-- Those that have to wait for the next call still count as held, so that nothing is granted twice. True: some wait.
local function bringAllHome()
  local due = redis.call('ZRANGEBYSCORE', base .. 'leases', '-inf', whole(now), 'LIMIT', 0, homecomingsPerCall)
  for _, id in ipairs(due) do bringHome(id) end
  return #due == homecomingsPerCall
end

-- Whatever else has to wait, a call never takes its own hold for one that stands when it does not.
local function bringHomeIfDue(id)
  local expires = redis.call('ZSCORE', base .. 'leases', id)
  if expires and tonumber(expires) <= now then bringHome(id) end
end
`
