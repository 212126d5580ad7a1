// The Redis store keeps every promise of the contract, over both client libraries, on a real server.

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeConformance } from '../../src/stores/conformance.js'
import { type RedisStoreOptions, redisStore } from '../../src/stores/redis.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'

type Client = RedisStoreOptions['client']

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  let server: RedisServer
  let ioredis: Redis
  const nodeRedis = { client: undefined as unknown as ReturnType<typeof createClient> } // set before the tests

  beforeAll(async () => {
    server = await RedisServer.start()
    ioredis = new Redis(server.url)
    nodeRedis.client = createClient({ url: server.url })
    await nodeRedis.client.connect()
  })
  afterAll(async () => {
    ioredis.disconnect()
    nodeRedis.client.destroy()
    await server.end()
  })

  const clients: readonly [string, () => Client][] = [
    ['ioredis', () => ioredis],
    ['node-redis', () => nodeRedis.client],
  ]
  describe.each(clients)('over %s', (library, clientOf) => {
    // Partitions differ on the server only, so that one library is enough for the second.
    for (const partition of library === 'ioredis' ? (['app', 'tenant'] as const) : (['app'] as const)) {
      describe(`with partition "${partition}"`, () => {
        // The suite's records lie long in the past.
        let now = 0
        const open = () => redisStore({ client: clientOf(), partition, keepRecordsMs: 1e14, now: () => now })
        const cases = storeConformance({
          open: async () => {
            await ioredis.flushall()
            now = Date.now()
            return open()
          },
          // With a partition a tenant, only the process that admitted can renew, and release without a record.
          ...(partition === 'app' && { another: open }),
          reopen: open,
          advance: (ms) => {
            now += ms
          },
          date: () => now,
        })
        for (const { name, run } of cases) it(name, run)
      })
    }
  })

  describe("by the server's clock", () => {
    let stores = 0
    const cases = storeConformance({
      open: () => {
        stores += 1
        return redisStore({ client: ioredis, prefix: `clock-${stores}`, keepRecordsMs: 1e14 })
      },
      shortMs: 600,
    })
    const timed = cases.filter(({ name }) => /renewed stands|expires is charged|tells how long/.test(name))
    for (const { name, run } of timed) it.concurrent(name, run)
    it('has cases to try', () => expect(timed).toHaveLength(3))
  })
}
