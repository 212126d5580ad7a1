// What the Redis store leaves on the server: commands, keys, slots, how long they live, and how much there is of them.

import fc from 'fast-check'
import { Redis } from 'ioredis'
import { createClient, createClientPool, RESP_TYPES } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Hold } from '../../src/core/store.js'
import {
  admitted,
  charge,
  claim,
  counterOf,
  day,
  holdOf,
  numbers,
  recordOf,
  recordsOf,
  stateOf,
} from '../../src/stores/conformance/world.js'
import { type RedisStore, type RedisStoreOptions, redisStore } from '../../src/stores/redis.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('the Redis store on its server', () => {
    let server: RedisServer
    let client: Redis
    let now = 0

    beforeAll(async () => {
      server = await RedisServer.start()
      client = new Redis(server.url)
    })
    afterAll(async () => {
      client.disconnect()
      await server.end()
    })
    beforeEach(async () => {
      await client.flushall()
      now = 1_795_000_000_000
    })

    const open = (options: Partial<RedisStoreOptions> = {}): RedisStore =>
      redisStore({ client, keepRecordsMs: 1e14, ...options })
    const openAtNow = (options: Partial<RedisStoreOptions> = {}): RedisStore =>
      open({ now: () => now, ...options })

    /** The commands that clients send, those that scripts call left out. */
    async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
      const commands: string[] = []
      const monitor = await client.monitor()
      monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
        if (source !== 'lua') commands.push(command.toLowerCase())
      })
      await work()
      await client.echo('done')
      await expect.poll(() => commands.at(-1)).toBe('echo')
      monitor.disconnect()
      return commands.slice(0, -1)
    }

    it('takes one command for an admit, one for a renewal, one for a commit, one for a release', async () => {
      const store = open()
      const claims = [claim(1_000, 10, 1), claim(1_000, 1, 0, counterOf('month'))]
      const rates = [{ key: 'calls/acme', limit: 10, windowMs: 1_000, amount: 1 }]
      const both = { claims, rates, most: 5 }
      await admitted(store, holdOf('first', both))
      await store.release('first')
      await store.renew('first', 1_000)
      const commands = await commandsOf(async () => {
        await admitted(store, holdOf('a', both))
        await store.renew('a', 1_000)
        await store.commit('a', { claims: [9, 1], rates: [1] }, recordOf('a'))
        await admitted(store, holdOf('b', both))
        await store.release('b')
      })
      expect(commands).toEqual(Array.from({ length: 5 }, () => 'evalsha'))
    })

    it('takes two commands for an admit with partition "tenant"', async () => {
      const store = open({ partition: 'tenant' })
      await admitted(store, holdOf('first'))
      await store.release('first')
      const commands = await commandsOf(async () => {
        await admitted(store, holdOf('a'))
        await store.commit('a', charge(1), recordOf('a'))
      })
      expect(commands).toEqual(['evalsha', 'evalsha', 'evalsha'])
    })

    it('gives each key an end, but small records, and what counts in a window without one', async () => {
      const store = open({ keepRecordsMs: 30 * dayMs, ledger: true })
      const today = { ...claim(1_000, 10), endsAt: Date.now() + hour }
      const rates = [{ key: 'calls/acme', limit: 10, windowMs: minute, amount: 1 }]
      const record = { at: Date.now() }
      for (const id of ['a', 'b', 'c']) await admitted(store, holdOf(id, { claims: [today], rates, record }))
      await store.commit('a', { claims: [1], rates: [1] }, recordOf('a', record))
      await store.release('b')
      await admitted(store, holdOf('expired', { claims: [today], ttlMs: 1, record }))
      await expect.poll(() => stateOf(store)).toMatchObject({ held: 10 })
      await store.set('keys', 'a', 'x')
      const lives = await livesOf()
      expect(lives.get('{byok}:s:keys')).toBe(-1)
      lives.delete('{byok}:s:keys')
      expect(lives.size).toBe(11)
      for (const [key, life] of lives) expect(life, key).toBeGreaterThan(0)
      expect(lives.get('{byok}:h:a')).toBeLessThanOrEqual(hour)
      expect(lives.get('{byok}:h:expired')).toBeLessThanOrEqual(dayMs)
      expect(lives.get('{byok}:h:c')).toBeGreaterThan(30 * dayMs)
      expect(lives.get(`{byok}:c:${day}`)).toBeLessThanOrEqual(dayMs + hour)
      expect(lives.get(`{byok}:c:${day}`)).toBeGreaterThan(dayMs)
    })

    it('keeps an open hold on a window without an end for as long as it takes', async () => {
      const store = open()
      await admitted(store, holdOf('a', { claims: [{ ...claim(1_000, 10), endsAt: Date.now() + hour }] }))
      await admitted(store, holdOf('b', { claims: [claim(1_000, 10, 0, counterOf('total'))] }))
      await admitted(store, holdOf('c', { claims: [{ ...claim(1_000, 10), endsAt: Date.now() + hour }] }))
      await store.renew('b', minute)
      const lives = await livesOf()
      expect([lives.get('{byok}:h:b'), lives.get('{byok}:leases')]).toEqual([-1, -1])
      expect(lives.get(`{byok}:c:${counterOf('total')}`)).toBe(-1)
      expect(lives.get('{byok}:h:a')).toBeGreaterThan(0)
    })

    async function livesOf(): Promise<Map<string, number>> {
      const keys = await client.keys('*')
      return new Map(await Promise.all(keys.map(async (key) => [key, await client.pttl(key)] as const)))
    }

    it('brings home a bounded number of expired holds a call, and grants nothing that the others still hold', async () => {
      const store = openAtNow()
      const claims = [claim(3_500, 10)]
      for (const i of numbers(350)) await admitted(store, holdOf(`h${i}`, { claims, ttlMs: minute }))
      now += minute
      const first = await store.admit(holdOf('more', { claims }))
      expect(first).toEqual({
        outcome: 'refused',
        refusals: [{ claim: 0, committed: 1_000, held: 2_500, asked: 10 }],
      })
      const late = recordOf('h349', { at: now + 5 })
      expect((await store.commit('h349', charge(1), late)).outcome).toBe('corrected')
      expect(await stateOf(store)).toEqual({ committed: 3_491, held: 0 })
      const records = await recordsOf(store)
      expect(records).toHaveLength(350)
      expect(records[0]).toEqual(late)
      expect(await client.zcard('{byok}:records')).toBe(350)
    })

    it('BU2: grants exactly the tokens that fit, whatever the size of the amounts', async () => {
      const store = open()
      const whole = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
      const sizes = fc.oneof(whole(9), whole(1e6), whole(Number.MAX_SAFE_INTEGER))
      let holds = 0
      await fc.assert(
        fc.asyncProperty(sizes, sizes, async (limit, perToken) => {
          holds += 1
          const counter = counterOf(`${holds}`)
          const most = Math.floor(Number.MAX_SAFE_INTEGER / perToken)
          const hold = holdOf(`h${holds}`, { claims: [claim(limit, 0, perToken, counter)], most })
          expect(await admitted(store, hold)).toBe(Number(BigInt(limit) / BigInt(perToken)))
        }),
        { numRuns: 300 },
      )
    })

    it('D1: never takes its own expired hold for a standing one, however many wait before it', async () => {
      const store = openAtNow()
      for (const i of numbers(150)) await admitted(store, holdOf(`h${i}`, { ttlMs: minute }))
      await admitted(store, holdOf('last', { ttlMs: minute + 1 }))
      now += minute + 1
      expect(await store.renew('last', minute)).toBe(false)
      expect(await store.admit(holdOf('last'))).toEqual({ outcome: 'settled' })
    })

    it('keeps a rate in a bounded number of buckets, and tells the wait to the millisecond', async () => {
      const store = openAtNow()
      const rates = [{ key: 'calls/acme', limit: 1_000, windowMs: minute, amount: 1 }]
      for (const i of numbers(1_000)) {
        await admitted(store, holdOf(`h${i}`, { claims: [], rates }))
        now += 59
      }
      expect(await client.hlen('{byok}:r:60000:calls/acme')).toBeLessThanOrEqual(61)
      const answer = await store.admit(holdOf('next', { claims: [], rates }))
      if (answer.outcome !== 'rate-limited') throw new Error(answer.outcome)
      // The first bucket, of a second, leaves the window as a whole.
      expect(answer.retryAfterMs).toBeGreaterThan(0)
      expect(answer.retryAfterMs).toBeLessThanOrEqual(2_000)
      now += answer.retryAfterMs - 1
      expect(await store.admit(holdOf('next', { claims: [], rates }))).toMatchObject({ retryAfterMs: 1 })
      now += 1
      await admitted(store, holdOf('next', { claims: [], rates }))
    })

    it('keeps as many records as it is told, the newest, and none that are too old', async () => {
      const store = openAtNow({ keepRecords: 20, keepRecordsMs: hour })
      const write = async (id: string, at: number): Promise<void> => {
        await admitted(store, holdOf(id, { claims: [] }))
        await store.commit(id, charge(), recordOf(id, { at }))
      }
      for (const i of numbers(30)) await write(`r${i}`, now + i)
      expect((await recordsOf(store)).map(({ id }) => id)).toEqual(numbers(20).map((i) => `r${29 - i}`))
      now += hour + 25
      await write('late', now)
      expect((await recordsOf(store)).map(({ id }) => id)).toEqual([
        'late',
        'r29',
        'r28',
        'r27',
        'r26',
        'r25',
      ])
      expect(await client.hlen('{byok}:record-texts')).toBe(6)
    })

    it('reads every record once where hundreds are of one moment, also while others are written', async () => {
      const store = openAtNow()
      const write = async (id: string, at: number): Promise<void> => {
        await admitted(store, holdOf(id, { claims: [] }))
        await store.commit(id, charge(), recordOf(id, { at }))
      }
      for (const i of numbers(450)) await write(`r${i}`, i < 20 ? now - 1 : now)
      const ids: string[] = []
      for await (const { id } of store.records({})) {
        if (ids.length === 100) for (const i of numbers(30)) await write(`new${i}`, now)
        ids.push(id)
      }
      expect(ids).toEqual(numbers(450).map((i) => `r${449 - i}`))
    })

    it('counts to the last unit of what a number can hold, and stops there', async () => {
      const store = open()
      const most = Number.MAX_SAFE_INTEGER
      await admitted(store, holdOf('a', { claims: [claim(most, most - 1)] }))
      expect(await store.admit(holdOf('b', { claims: [claim(most, 2)] }))).toMatchObject({
        outcome: 'refused',
      })
      await admitted(store, holdOf('c', { claims: [claim(most, 1)] }))
      expect(await stateOf(store)).toEqual({ committed: 0, held: most })
      await admitted(store, holdOf('d', { claims: [claim(undefined, most)] }))
      expect(await stateOf(store)).toEqual({ committed: 0, held: most })
      await store.commit('a', charge(most), recordOf('a'))
      await store.commit('c', charge(most), recordOf('c'))
      await store.release('d')
      expect(await stateOf(store)).toEqual({ committed: most, held: 0 })
    })

    const hostile = [
      '__proto__',
      'constructor',
      'a\u0000',
      'a',
      '}{',
      '{',
      '}',
      '{byok}',
      'b:c',
      'b/c',
      '%7B',
      '\ud800',
      '\udfff',
      '\ud801',
      '\ufffd',
      '"',
      '\\',
      '\n',
      '😀',
      'x'.repeat(10_000),
    ]

    it('E9: keeps names of any kind apart, and in one slot', async () => {
      const store = open({ ledger: true })
      for (const [index, name] of hostile.entries()) {
        const rates = [{ key: name, limit: 10, windowMs: minute, amount: 1 }]
        await admitted(store, holdOf(name, { claims: [claim(undefined, index + 1, 0, name)], rates }))
        await store.set(name, name, name)
      }
      const states = await store.readCounters(hostile)
      expect(states).toEqual(hostile.map((_, index) => ({ committed: 0, held: index + 1 })))
      for (const [index, name] of hostile.entries()) {
        await store.commit(name, { claims: [index], rates: [1] }, recordOf(name, { user: name }))
        expect(await store.list(name)).toEqual([{ key: name, value: name, version: 1 }])
      }
      expect((await recordsOf(store, {})).map(({ user }) => user)).toEqual(hostile.toReversed())
      const entries: string[] = []
      for await (const { id, changes } of store.readLedger()) {
        expect(changes[0]?.counter).toBe(id)
        entries.push(id)
      }
      expect(entries).toEqual([...hostile, ...hostile])
      for (const key of await client.keys('*')) expect(key).toMatch(/^\{byok\}:/)
    })

    it('E9: keeps tenants of any name apart, each in a slot of its own', async () => {
      const store = open({ partition: 'tenant' })
      const hold = (tenant: string, index: number): Hold => {
        const parts = { claims: [claim(undefined, index + 1, 0, 'calls')], record: { tenant } }
        return { ...holdOf(`h${index}`, parts), tenant }
      }
      for (const [index, tenant] of hostile.entries()) await admitted(store, hold(tenant, index))
      for (const [index, tenant] of hostile.entries()) {
        expect(await store.readCounters(['calls'], tenant)).toEqual([{ committed: 0, held: index + 1 }])
        await store.commit(`h${index}`, charge(1), recordOf(`h${index}`, { tenant, at: now + index }))
        expect((await recordsOf(store, { tenant })).map(({ id }) => id)).toEqual([`h${index}`])
      }
      expect((await recordsOf(store, {})).map(({ tenant }) => tenant)).toEqual(hostile.toReversed())
      const tags = (await client.keys('*')).map((key) => /^\{[^{}]*\}:/.exec(key)?.[0])
      expect(new Set(tags).size).toBe(hostile.length + 1)
    })

    it('refuses with partition "tenant" what tenants share, and what belongs to another', async () => {
      const store = open({ partition: 'tenant' })
      const config = expect.objectContaining({ code: 'config', field: 'claims' })
      for (const scope of ['app', 'key', 'provider', 'model', 'tag']) {
        const claims = [claim(1_000, 1), claim(1_000, 1, 0, `usd/${scope}//day/2026-11-21@UTC`)]
        await expect(store.admit(holdOf('a', { claims }))).rejects.toEqual(config)
      }
      const others = ['usd/tenant/other/day/x', 'usd/user/other:bob/day/x', 'usd/run/acm:e/day/x']
      for (const counter of others) {
        await expect(store.admit(holdOf('a', { claims: [claim(1, 1, 0, counter)] }))).rejects.toEqual(config)
        await expect(store.readCounters([counter], 'acme')).rejects.toMatchObject({ code: 'config' })
      }
      expect(await client.keys('*')).toEqual([])
      const own = ['usd/tenant/acme/day/x', 'usd/user/acme:bob/day/x', 'usd/agent/acme:a%0020b/day/x']
      await admitted(store, holdOf('a', { claims: own.map((counter) => claim(1_000, 1, 0, counter)) }))
      const umlaut = {
        ...holdOf('b', { claims: [claim(1, 1, 0, 'usd/tenant/%00fc%003a%d83d%de00/day/x')] }),
        tenant: 'ü:😀',
      }
      await admitted(store, umlaut)
      const nobody = { ...holdOf('c', { claims: [claim(1, 1, 0, 'usd/app//day/x')] }), tenant: undefined }
      await admitted(store, JSON.parse(JSON.stringify(nobody)))
    })

    it('with partition "tenant", another process commits by the tenant of the record', async () => {
      await admitted(open({ partition: 'tenant' }), holdOf('a'))
      const other = open({ partition: 'tenant' })
      expect((await other.release('a')).outcome).toBe('unknown')
      expect((await other.commit('a', charge(7), recordOf('a'))).outcome).toBe('settled')
      expect(await stateOf(other)).toEqual({ committed: 7, held: 0 })
    })

    it('keeps stores of different prefixes apart', async () => {
      const [one, other] = [open({ prefix: 'one' }), open({ prefix: 'one.other' })]
      await admitted(one, holdOf('a'))
      expect(await stateOf(other)).toEqual({ committed: 0, held: 0 })
      expect(await other.admit(holdOf('a'))).toMatchObject({ outcome: 'admitted' })
    })

    it('takes a pool of node-redis, and a client that answers text as bytes', async () => {
      const pool = createClientPool({ url: server.url })
      const bytes = createClient({ url: server.url }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
      await Promise.all([pool.connect(), bytes.connect()])
      for (const [index, poolOrClient] of [pool, bytes].entries()) {
        const store = open({ client: poolOrClient, prefix: `p${index}` })
        await admitted(store, holdOf('ü'))
        await store.commit('ü', charge(7), recordOf('ü'))
        expect(await recordsOf(store)).toEqual([recordOf('ü')])
      }
      pool.destroy()
      bytes.destroy()
    })

    it('leaves the client of the app open, and answers nothing any more, when it is closed', async () => {
      const store = open()
      await store.close()
      await expect(store.get('keys', 'a')).rejects.toMatchObject({ code: 'store-unavailable' })
      expect(await client.ping()).toBe('PONG')
    })

    it.each<[string, unknown]>([
      ['client', undefined],
      ['client', {}],
      ['client', 'redis://localhost'],
      ['prefix', ''],
      ['prefix', 'a{b}'],
      ['prefix', 'a/b'],
      ['prefix', 7],
      ['partition', 'user'],
      ['timeoutMs', 0],
      ['timeoutMs', Number.NaN],
      ['timeoutMs', '5000'],
      ['ledger', 1],
      ['keepRecords', -1],
      ['keepRecords', 1.5],
      ['keepRecordsMs', 1],
      ['now', 5],
      ['url', 'redis://localhost'],
    ])('refuses the option %s: %j', (name, value) => {
      const options = { client, [name]: value } as unknown as RedisStoreOptions // wrong on purpose
      expect(() => redisStore(options)).toThrow(expect.objectContaining({ code: 'config', field: name }))
    })
  })
}
