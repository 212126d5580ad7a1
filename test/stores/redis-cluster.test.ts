// The Redis store on a real cluster of two servers: all keys of a partition stand in one slot, tenants on either server.

import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Hold } from '../../src/core/store.js'
import {
  admitted,
  charge,
  claim,
  holdOf,
  numbers,
  recordOf,
  recordsOf,
} from '../../src/stores/conformance/world.js'
import { type RedisStoreOptions, redisStore } from '../../src/stores/redis.js'
import { absenceNotice, freePort, hasRedisServer, RedisServer } from './redis-server.js'

const slots = 16_384

/** Starts servers, makes them know each other, and deals out the slots. `servers` grows as they come up. */
async function startCluster(count: number, servers: RedisServer[]): Promise<void> {
  const admins: Redis[] = []
  for (const _ of numbers(count)) {
    const busPort = `${await freePort()}`
    const server = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', busPort)
    servers.push(server)
    const admin = new Redis(server.url)
    admins.push(admin)
    const index = servers.length - 1
    const [first, last] = [Math.ceil((slots / count) * index), Math.ceil((slots / count) * (index + 1)) - 1]
    await admin.cluster('SET-CONFIG-EPOCH', `${servers.length}`)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${last}`)
    await admins[0]!.call('CLUSTER', 'MEET', '127.0.0.1', `${server.port}`, busPort)
  }
  for (const admin of admins) {
    await vi.waitFor(
      async () => {
        expect(await admin.cluster('INFO')).toContain('cluster_state:ok')
        expect(await admin.cluster('SLOTS')).toHaveLength(count)
      },
      { timeout: 20_000 },
    )
    admin.disconnect()
  }
}

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('a cluster', () => {
    const servers: RedisServer[] = []
    let ioredis: Cluster
    let nodeRedis: ReturnType<typeof createCluster>

    beforeAll(async () => {
      await startCluster(2, servers)
      ioredis = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port })))
      nodeRedis = createCluster({ rootNodes: servers.map(({ url }) => ({ url })) })
      await nodeRedis.connect()
    }, 60_000)
    afterAll(async () => {
      ioredis?.disconnect()
      nodeRedis?.destroy()
      await Promise.all(servers.map((server) => server.end()))
    })

    const clients: readonly [string, () => RedisStoreOptions['client']][] = [
      ['ioredis', () => ioredis],
      ['node-redis', () => nodeRedis],
    ]
    it.each(clients)('over %s runs every verb, with either partition', async (name, clientOf) => {
      for (const partition of ['app', 'tenant'] as const) {
        const prefix = `${name}-${partition}`
        const store = redisStore({ client: clientOf(), prefix, partition, ledger: true })
        const tenants = numbers(8).map((index) => `t${index}`)
        await store.set('limits', 'budgets', 'x')
        for (const tenant of tenants) {
          const hold = (id: string): Hold => {
            const claims = [
              claim(1_000, 300, 0, `usd/tenant/${tenant}/day/x`),
              claim(9, 1, 0, `calls/user/${tenant}:u/day/x`),
            ]
            const rates = [{ key: `calls/${tenant}`, limit: 3, windowMs: 60_000, amount: 1 }]
            const record = { tenant, at: Date.now() }
            return { ...holdOf(id, { claims, rates, limitsVersion: 1, record }), tenant }
          }
          const ids = ['a', 'b', 'c', 'd'].map((letter) => `${letter}-${tenant}`)
          for (const id of ids.slice(0, 3)) await admitted(store, hold(id))
          expect((await store.admit(hold(ids[3]!))).outcome).toBe('refused')
          expect((await store.admit({ ...hold(ids[3]!), claims: [] })).outcome).toBe('rate-limited')
          expect(await store.renew(ids[0]!, 1_000)).toBe(true)
          await store.commit(
            ids[0]!,
            { claims: [50, 1], rates: [1] },
            recordOf(ids[0]!, { tenant, at: Date.now() }),
          )
          await store.release(ids[1]!)
          expect(await store.readCounters([`usd/tenant/${tenant}/day/x`], tenant)).toEqual([
            { committed: 50, held: 300 },
          ])
        }
        expect((await recordsOf(store, {})).map(({ tenant }) => tenant)).toEqual(tenants.toReversed())
        expect(await store.list('limits')).toEqual([{ key: 'budgets', value: 'x', version: 1 }])
        expect((await store.commit('unknown', charge(), recordOf('unknown'))).outcome).toBe('unknown')
      }
    })

    it('has the keys of a partition in one slot, and tenants on both servers', async () => {
      const tagsOf = async ({ url }: RedisServer): Promise<string[]> => {
        const admin = new Redis(url)
        const keys = await admin.keys('*')
        admin.disconnect()
        return [...new Set(keys.map((key) => /^\{[^{}]*\}/.exec(key)?.[0] ?? key))]
      }
      const [first = [], second = []] = await Promise.all(servers.map(tagsOf))
      expect(first.filter((tag) => second.includes(tag))).toEqual([])
      expect([...first, ...second]).toHaveLength(2 * (1 + 1 + 8))
      expect(Math.min(first.length, second.length)).toBeGreaterThan(0)
    })
  })
}
