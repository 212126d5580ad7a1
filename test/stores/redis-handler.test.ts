// Two handlers that share one Redis store, as two processes would: budgets, alerts and records are common to both.

import { BYOKHandler, type HandlerOptions } from 'byok-handler'
import { reply, startUpstream, type Upstream } from 'byok-handler/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('two handlers on one Redis store', () => {
    let server: RedisServer
    let client: Redis
    let upstream: Upstream

    beforeAll(async () => {
      server = await RedisServer.start()
      client = new Redis(server.url)
      upstream = await startUpstream([reply.chat({ text: 'Hello.' })])
    })
    afterAll(async () => {
      await upstream.close()
      client.disconnect()
      await server.end()
    })
    beforeEach(async () => {
      await client.flushall()
    })

    const tenantBudget = { scope: 'tenant', calls: 10, per: 'day' } as const

    function open(partition: 'app' | 'tenant', options: HandlerOptions = {}): BYOKHandler {
      return new BYOKHandler({
        keys: { openai: 'test-key-openai-0001' },
        providers: { openai: { baseURL: `${upstream.url}/v1` } },
        store: redisStore({ client, partition }),
        budgets: [tenantBudget],
        ...options,
      })
    }

    it.each(['app', 'tenant'] as const)(
      'BU3, BU6: of 30 calls at once over both, 10 are answered, and each mark is told once (partition "%s")',
      async (partition) => {
        const rateLimits = [{ scope: 'tenant', requests: 1_000 }] as const
        const handlers = [open(partition, { rateLimits }), open(partition, { rateLimits })]
        const told: number[] = []
        for (const handler of handlers) handler.on('budget-alert', ({ share }) => told.push(share))
        const ask = (handler: BYOKHandler, tenant: string) =>
          handler.generateResponse({
            model: 'openai/gpt-5.4-nano',
            prompt: 'Hi',
            tenant,
            user: 'u',
            maxTokens: 9,
          })
        const calls = Array.from({ length: 15 }, () => handlers.map((handler) => ask(handler, 'a:c/m}e')))
        const answers = await Promise.allSettled(calls.flat())
        const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
        expect(refused).toHaveLength(20)
        for (const error of refused) expect(error).toMatchObject({ code: 'budget-exceeded' })
        expect(told.toSorted()).toEqual([0.5, 0.8, 0.9, 1])
        expect((await ask(handlers[1]!, 'another')).choices[0].message.content).toBe('Hello.')
        for (const handler of handlers) {
          expect(await handler.budget('a:c/m}e')).toMatchObject([{ limit: 10, spent: 10, held: 0 }])
          const usage = await handler.usage({ tenant: 'a:c/m}e' })
          expect(usage.records).toHaveLength(10)
        }
        await Promise.all(handlers.map((handler) => handler.close()))
      },
    )

    it('asks the server once before an attempt and once after it, with budgets, a rate limit, alerts and the record', async () => {
      const handler = open('app', {
        budgets: [
          { ...tenantBudget, calls: 1_000, alertAt: [0.001] },
          { scope: 'user', usd: 1, per: 'month' },
          { scope: 'app', tokens: 1_000_000, per: 'hour', onExceed: 'stop' },
        ],
        rateLimits: [{ scope: 'tenant', requests: 1_000, tokens: 1_000_000 }],
      })
      const request = { model: 'openai/gpt-5.4-nano', prompt: 'Hi', tenant: 'acme', user: 'u', maxTokens: 9 }
      let alerts = 0
      handler.on('budget-alert', () => {
        alerts += 1
      })
      // The first call reads the limits and the kept prices, and may have to send the scripts.
      await handler.generateResponse({ ...request, tenant: 'first' })
      const commands: string[] = []
      const monitor = await client.monitor()
      monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
        if (source !== 'lua') commands.push(command.toLowerCase())
      })
      for (let call = 0; call < 5; call += 1) await handler.generateResponse(request)
      await client.ping('the end')
      while (!commands.includes('ping')) await new Promise((resolve) => setTimeout(resolve, 2))
      monitor.disconnect()
      expect(commands).toEqual([...Array(10).fill('evalsha'), 'ping'])
      expect(alerts).toBe(2) // one for each tenant
      expect((await handler.usage({ tenant: 'acme' })).records).toHaveLength(5)
      await handler.close()
    })

    it('with partition "tenant", refuses to count what tenants share, also where calls go on without a store', async () => {
      const budgets = [tenantBudget, { scope: 'app', calls: 10, per: 'day' }] as const
      const handler = open('tenant', { budgets, onStoreError: 'allow' })
      const call = handler.generateResponse({ model: 'openai/gpt-5.4-nano', prompt: 'Hi', tenant: 'acme' })
      await expect(call).rejects.toMatchObject({ code: 'config', field: 'claims' })
      await handler.close()
    })
  })
}
