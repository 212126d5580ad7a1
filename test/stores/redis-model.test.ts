// Compares the Redis store with the reference model over random sequences of operations.

import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/store.js'
import { redisStore } from '../../src/stores/redis.js'
import { checkAgainstModel, type StoreUnderModel } from './model.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'

/** How many sequences: a soak sets more. */
const sequences = Number(process.env.REDIS_SEQUENCES ?? 500)

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('the Redis store', () => {
    let server: RedisServer
    let client: Redis

    beforeAll(async () => {
      server = await RedisServer.start()
      client = new Redis(server.url)
    })
    afterAll(async () => {
      client.disconnect()
      await server.end()
    })

    /** An empty store, in a time of its own. */
    async function modelledRedis(partition: 'app' | 'tenant'): Promise<StoreUnderModel> {
      await client.flushall()
      let now = 1_795_000_000_000
      const options = { client, partition, ledger: true, keepRecordsMs: 1e14, now: () => now }
      const store = redisStore(options)
      return {
        store,
        advance: (ms) => {
          now += ms
        },
        ledger: async () => {
          const entries: LedgerEntry[] = []
          for await (const entry of store.readLedger('acme')) entries.push(entry)
          return entries
        },
      }
    }

    it(`D14: ${sequences} random sequences keep I1 to I8`, { timeout: 20_000 + sequences * 40 }, () =>
      checkAgainstModel(() => modelledRedis('app'), { sequences }),
    )

    it('D14: 50 random sequences with partition "tenant" keep I1 to I8', () =>
      checkAgainstModel(() => modelledRedis('tenant'), { sequences: 50 }))
  })
}
