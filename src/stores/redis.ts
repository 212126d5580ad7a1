// Entry `byok-handler/stores/redis`: a store for many processes, in Redis, over the app's own client.

import { ByokError } from '../core/errors.js'
import { type IoredisClient, type NodeRedisClient, runnerOf, Scripts } from './redis/client.js'
import { type RedisStore, ScriptedStore } from './redis/store.js'

export type { IoredisClient, NodeRedisClient } from './redis/client.js'
export type { RedisStore } from './redis/store.js'

/** What a Redis store is made of. Processes that share budgets share `prefix` and `partition`. */
export interface RedisStoreOptions {
  /**
   * The app's own client, of `ioredis` or of `redis` (node-redis), single or cluster. It is connected and closed by the
   * app.
   */
  readonly client: IoredisClient | NodeRedisClient
  /**
   * What all keys begin with: 1 to 64 letters, digits, and `_ . : -`.
   * @default 'byok'
   */
  readonly prefix?: string
  /**
   * `app`: everything stands in one slot of a cluster, so that budgets may be shared between tenants. `tenant`: a slot a
   * tenant; holds with counters that tenants share are refused with the code `config`, and `admit` takes two commands.
   * @default 'app'
   */
  readonly partition?: 'app' | 'tenant'
  /**
   * How long a command may take, in milliseconds, 1 to 600,000. Beyond it the call rejects with the code
   * `store-unavailable`.
   * @default 5000
   */
  readonly timeoutMs?: number
  /**
   * Whether each change of the counters is also written into a list, for proofs and tests: it is never shortened.
   * @default false
   */
  readonly ledger?: boolean
  /**
   * How many usage records are kept in a partition; the oldest go first.
   * @default 50000
   */
  readonly keepRecords?: number
  /**
   * How long usage records are kept, in milliseconds.
   * @default 7776000000 (90 days)
   */
  readonly keepRecordsMs?: number
  /**
   * Milliseconds since 1970, in the place of the server's clock: for tests. All processes must then agree.
   * @default the server's clock
   */
  readonly now?: () => number
}

const optionNames = [
  'client',
  'prefix',
  'partition',
  'timeoutMs',
  'ledger',
  'keepRecords',
  'keepRecordsMs',
  'now',
]

/**
 * A store in Redis 5 or newer (or what speaks like it), for many processes: budgets, rates, usage records and small records. Each
 * verb is one script on the server, so that it happens whole or not at all, in one round trip, by the server's clock.
 * Throws a `ByokError` of code `config` for options that it cannot use; it sends nothing yet.
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw unusable('options', 'must be an object.')
  for (const name of Object.keys(given)) {
    if (!optionNames.includes(name)) throw unusable(name, 'is no option of redisStore.')
  }
  const { client, prefix = 'byok', partition = 'app', ledger = false, now } = options
  const { timeoutMs = 5_000, keepRecords = 50_000, keepRecordsMs = 90 * 86_400_000 } = options
  const runScript = runnerOf(client)
  if (runScript === undefined)
    throw unusable('client', 'must be a client of ioredis or of redis (node-redis).')
  if (typeof prefix !== 'string' || !/^[\w.:-]{1,64}$/.test(prefix)) {
    throw unusable('prefix', 'must be 1 to 64 letters, digits, and any of "_.:-".')
  }
  if (partition !== 'app' && partition !== 'tenant') throw unusable('partition', 'must be "app" or "tenant".')
  if (typeof ledger !== 'boolean') throw unusable('ledger', 'must be true or false.')
  if (now !== undefined && typeof now !== 'function') throw unusable('now', 'must be a function.')
  checkWhole('timeoutMs', timeoutMs, 1, 600_000)
  checkWhole('keepRecords', keepRecords, 0, 10_000_000)
  checkWhole('keepRecordsMs', keepRecordsMs, 60_000, 1e14)
  const settings = { prefix, partition, ledger, keepRecords, keepRecordsMs, now }
  return new ScriptedStore(new Scripts(runScript, timeoutMs), settings)
}

function checkWhole(field: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return
  throw unusable(field, `must be a whole number from ${least} to ${most}.`)
}

function unusable(field: string, why: string): ByokError {
  return new ByokError('config', `redisStore: ${field} ${why}`, { field })
}
