// The scripts that make a hold and prolong it, in Lua.

/**
 * Makes a hold. `ARGV[2]` is the record to be written should nobody settle it; with `cost`, the 0 at its end is where the
 * cost goes. All claims and rates are looked at before anything is written.
 */
export const admitLua = `
local id = input.id
bringAllHome()
bringHomeIfDue(id)

local standing = redis.call('HMGET', holdKey(id), 'state', 'tokens')
if standing[1] == 'open' then return '{"outcome":"admitted","tokens":' .. standing[2] .. '}' end
if standing[1] then return '{"outcome":"settled"}' end

-- A tenant's partition cannot read the limits, and is told the version that stands.
local version = input.standingVersion
if not version then
  local limits = redis.call('HGET', base .. 's:limits', 'budgets')
  version = tonumber(limits and string.match(limits, '^(%d+) ') or 0)
end
if version ~= input.limitsVersion then return '{"outcome":"stale"}' end

local tokens = input.most
local refusals = {}
for i, claim in ipairs(input.claims) do
  if claim.limit then
    local committed, held = readCounter(claim.counter)
    local room = claim.limit - committed - held - claim.base
    if room < claim.perToken * input.least then
      refusals[#refusals + 1] = '{"claim":' .. whole(i - 1) .. ',"committed":' .. whole(committed)
        .. ',"held":' .. whole(held) .. ',"asked":' .. whole(claim.base + claim.perToken * input.least) .. '}'
    elseif claim.perToken > 0 then
      -- Of whole numbers below 2^53, no quotient is rounded up to the next whole one.
      tokens = math.min(tokens, math.floor(room / claim.perToken))
    end
  end
end
if #refusals > 0 then return '{"outcome":"refused","refusals":[' .. table.concat(refusals, ',') .. ']}' end

local slowest, longestMs
for i, rate in ipairs(input.rates) do
  local key = rateKey(rate)
  local buckets, excess = {}, rate.amount - rate.limit
  local fields = redis.call('HGETALL', key)
  for field = 1, #fields, 2 do
    local amount, last = readBucket(fields[field + 1])
    if last + rate.windowMs <= now then
      redis.call('HDEL', key, fields[field])
    else
      buckets[#buckets + 1] = { amount = amount, last = last }
      excess = excess + amount
    end
  end
  if excess > 0 then
    table.sort(buckets, function(one, other) return one.last < other.last end)
    -- What is more than the limit by itself never fits.
    local waitMs = math.huge
    for _, bucket in ipairs(buckets) do
      excess = excess - bucket.amount
      if excess <= 0 then
        waitMs = bucket.last + rate.windowMs - now
        break
      end
    end
    if not longestMs or waitMs > longestMs then slowest, longestMs = i - 1, waitMs end
  end
end
if slowest then
  -- JSON has no Infinity; a number that is too large is read as that.
  local waitMs = longestMs == math.huge and '1e999' or whole(longestMs)
  return '{"outcome":"rate-limited","rate":' .. whole(slowest) .. ',"retryAfterMs":' .. waitMs .. '}'
end

local amounts = {}
local keepMs = input.ttlMs + input.keepRecordsMs
local isEndless = false
for i, claim in ipairs(input.claims) do
  amounts[i] = add(claim, 'held', math.min(largest, claim.base + claim.perToken * tokens))
  keep(claim)
  if claim.endsAt then keepMs = math.max(keepMs, claim.endsAt + dayMs - now) else isEndless = true end
end

local buckets = {}
for i, rate in ipairs(input.rates) do
  local key, bucket = rateKey(rate), bucketNow(rate)
  local amount, last = readBucket(redis.call('HGET', key, bucket) or '0 0')
  writeBucket(key, bucket, amount + rate.amount, math.max(last, now))
  redis.call('PEXPIRE', key, whole(2 * rate.windowMs + 60000))
  buckets[i] = tonumber(bucket)
end

local record = ARGV[2]
if input.cost then
  local cost = math.min(largest, input.cost.base + input.cost.perToken * tokens)
  record = string.sub(record, 1, -3) .. whole(cost) .. '}'
end

local key, leases = holdKey(id), base .. 'leases'
redis.call('HSET', key, 'state', 'open', 'tokens', whole(tokens), 'hold', ARGV[1], 'amounts', join(amounts),
  'buckets', join(buckets), 'record', record)
-- A hold may not vanish before its counters do: they would hold its amount for ever.
local leasesLastMs = redis.call('PTTL', leases)
redis.call('ZADD', leases, whole(now + input.ttlMs), id)
if isEndless then
  redis.call('PERSIST', leases)
else
  redis.call('PEXPIRE', key, whole(keepMs))
  if leasesLastMs ~= -1 then redis.call('PEXPIRE', leases, whole(math.max(keepMs, leasesLastMs))) end
end
note('admit', id, input.claims, {}, amounts)
return '{"outcome":"admitted","tokens":' .. whole(tokens) .. '}'
`

/** Prolongs a hold that stands. */
export const renewLua = `
local leases, key = base .. 'leases', holdKey(input.id)
local expires = redis.call('ZSCORE', leases, input.id)
if not expires or tonumber(expires) <= now then return 'false' end
redis.call('ZADD', leases, whole(now + input.ttlMs), input.id)
for _, kept in ipairs({ key, leases }) do
  local lastMs = redis.call('PTTL', kept)
  if lastMs ~= -1 then redis.call('PEXPIRE', kept, whole(math.max(lastMs, input.ttlMs + input.keepRecordsMs))) end
end
return 'true'
`
