// D7: what the Redis store does when its server is silent, gone, empty, full, or no longer in charge.

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { charge, claim, day, holdOf, recordOf, recordsOf } from '../../src/stores/conformance/world.js'
import { type RedisStore, type RedisStoreOptions, redisStore } from '../../src/stores/redis.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'

const timeoutMs = 500

/** Much longer than the store may take, for machines that are busy. */
const patienceMs = 5_000

interface Connection {
  readonly client: RedisStoreOptions['client']
  end(): void
}

const libraries: Readonly<Record<string, (url: string) => Promise<Connection>>> = {
  async ioredis(url) {
    const client = new Redis(url, { retryStrategy: () => 50 })
    client.on('error', () => {})
    return { client, end: () => client.disconnect() }
  },
  async 'node-redis'(url) {
    const client = createClient({ url, socket: { reconnectStrategy: () => 50 } })
    client.on('error', () => {})
    await client.connect()
    return { client, end: () => client.destroy() }
  },
}

const unavailable = expect.objectContaining({ code: 'store-unavailable', isRetryable: true })

/** Every verb of the store, as a call that a silent server must not keep waiting. */
function verbs(store: RedisStore): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    admit: () => store.admit(holdOf('verb')),
    renew: () => store.renew('verb', 1_000),
    commit: () => store.commit('verb', charge(1), recordOf('verb')),
    release: () => store.release('verb'),
    readCounters: () => store.readCounters([day], 'acme'),
    records: () => recordsOf(store),
    get: () => store.get('keys', 'a'),
    set: () => store.set('keys', 'a', 'x'),
    delete: () => store.delete('keys', 'a'),
    list: () => store.list('keys'),
  }
}

async function expectUnavailable(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const startedOn = performance.now()
    await expect(call(), name).rejects.toEqual(unavailable)
    expect(performance.now() - startedOn, name).toBeLessThan(patienceMs)
  }
}

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe.each(Object.entries(libraries))('over %s', (_, connect) => {
    let server: RedisServer
    let connection: Connection
    let admin: Redis
    let store: RedisStore

    beforeEach(async () => {
      server = await RedisServer.start()
      connection = await connect(server.url)
      admin = new Redis(server.url, { retryStrategy: () => 50 })
      admin.on('error', () => {})
      store = redisStore({ client: connection.client, timeoutMs, keepRecordsMs: 1e14 })
    })
    afterEach(async () => {
      connection.end()
      admin.disconnect()
      server.thaw()
      await server.end()
    })

    it('D7: rejects within its timeout while the server is silent, and repeats do not double what it did late', async () => {
      await store.admit(holdOf('old', { claims: [claim(1_000, 300)] }))
      server.freeze()
      await expectUnavailable({
        admit: () => store.admit(holdOf('new', { claims: [claim(1_000, 200)] })),
        commit: () => store.commit('old', charge(250), recordOf('old')),
      })
      server.thaw()
      // The server does now what it was sent, before it answers anything else on that connection.
      expect(await store.admit(holdOf('new', { claims: [claim(1_000, 200)] }))).toMatchObject({
        outcome: 'admitted',
      })
      expect((await store.commit('old', charge(250), recordOf('old'))).outcome).toBe('repeated')
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 250, held: 200 }])
      expect(await recordsOf(store)).toHaveLength(1)
    })

    it('D7: no verb hangs while the server is silent', async () => {
      server.freeze()
      const calls = verbs(store)
      await Promise.all(Object.entries(calls).map(([name, call]) => expectUnavailable({ [name]: call })))
    })

    it('D7: rejects while the server is gone, and works on when it is back, empty and without scripts', async () => {
      await store.admit(holdOf('a'))
      await server.kill()
      const calls = verbs(store)
      await Promise.all(Object.entries(calls).map(([name, call]) => expectUnavailable({ [name]: call })))
      await server.restart()
      await expect
        .poll(() => store.readCounters([day], 'acme').catch(() => undefined), { timeout: 10_000 })
        .toBeDefined()
      await admin.flushall() // what the client had kept in line may have come late
      expect((await store.commit('a', charge(1), recordOf('a'))).outcome).toBe('unknown')
      expect(await store.admit(holdOf('b'))).toMatchObject({ outcome: 'admitted' })
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 100 }])
    })

    it('D7: sends a script whole, once, when the server has forgotten it', async () => {
      await store.admit(holdOf('a'))
      await admin.script('FLUSH')
      await admin.config('RESETSTAT')
      expect(await store.admit(holdOf('b'))).toMatchObject({ outcome: 'admitted' })
      expect(await store.admit(holdOf('c'))).toMatchObject({ outcome: 'admitted' })
      const stats = await admin.info('commandstats')
      expect(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1]).toBe('1')
      expect(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]).toBe('2')
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 300 }])
    })

    it('D7: rejects, and changes nothing, where the server is full or only follows another', async () => {
      await store.admit(holdOf('a'))
      await admin.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction')
      await expect(store.admit(holdOf('b'))).rejects.toThrow('(OOM)')
      await admin.config('SET', 'maxmemory', '0')
      await admin.replicaof('127.0.0.1', '1')
      await expect(store.commit('a', charge(5), recordOf('a'))).rejects.toThrow('(READONLY)')
      await admin.replicaof('NO', 'ONE')
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 100 }])
      expect((await store.commit('a', charge(5), recordOf('a'))).outcome).toBe('settled')
    })
  })

  describe('a client that is not connected', () => {
    it('D7: rejects within the timeout, whether the client keeps commands in line or refuses them', async () => {
      const nowhere = 'redis://127.0.0.1:1'
      const waiting = new Redis(nowhere, { retryStrategy: () => 60_000 })
      const refusing = new Redis(nowhere, { enableOfflineQueue: false, retryStrategy: () => 60_000 })
      for (const client of [waiting, refusing]) client.on('error', () => {})
      try {
        for (const client of [waiting, refusing, createClient({ url: nowhere })]) {
          await expectUnavailable({ admit: () => redisStore({ client, timeoutMs }).admit(holdOf('a')) })
        }
      } finally {
        waiting.disconnect()
        refusing.disconnect()
      }
    })
  })
}
