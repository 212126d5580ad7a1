// Names and options that were made to confuse the books: no two of them share a counter, and what is wrong is named.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  appliedLimits,
  appliedRates,
  type BudgetLimit,
  type RateLimit,
  type Subject,
} from '../../src/cost/budget-limit.js'
import { Calendar } from '../../src/cost/calendar.js'
import { counterName } from '../../src/cost/counter.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { loadSdks, stageOf } from '../pipeline/stage.js'
import { ask, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

const names = [
  '__proto__',
  'constructor',
  'toString',
  'a/b',
  'a:b',
  'a',
  'A',
  'b',
  'a/b:c',
  'a%002fb',
  '%',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00',
  '\ud83d\ude00',
  'é',
  'e\u0301',
  'x'.repeat(10_000),
  `${'x'.repeat(9_999)}y`,
  ' a',
  'day',
  '*',
  '..',
  '../../etc/passwd',
  '{tag}',
  'tenant/a/day/2026-01-01@UTC',
]

const plain = {
  measure: 'calls',
  amount: 1,
  per: 'day',
  timeZone: 'UTC',
  onExceed: 'block',
  alertAt: [],
} as const

function countersOf(subject: Subject): readonly string[] {
  const limits: BudgetLimit[] = (
    ['tenant', 'user', 'agent', 'run', 'tag', 'key', 'provider', 'model', 'app'] as const
  ).map((scope) => ({ ...plain, scope }))
  return appliedLimits(limits, subject, new Calendar(), 0).map(({ counter }) => counter)
}

describe('hostile names', () => {
  it('BU1: tenants of any name each have a budget of their own', async () => {
    const desk = await deskOf([{ scope: 'tenant', calls: 1, per: 'day' }])
    for (const tenant of names) await desk.handler.generateResponse({ ...ask, tenant })
    for (const tenant of names) {
      expect((await refusalOf(desk, { ...ask, tenant })).budget).toMatchObject({
        scope: 'tenant',
        of: tenant,
        spent: 1,
      })
      expect(await desk.handler.budget(tenant)).toMatchObject([{ of: tenant, spent: 1, limit: 1 }])
    }
  })

  it('BU1: what an error says of a tenant is short, and no code for a terminal', async () => {
    const desk = await deskOf([{ scope: 'tenant', calls: 0, per: 'day' }])
    for (const tenant of ['\u001b[2J', 'x'.repeat(10_000), '\u0000']) {
      const { message } = await refusalOf(desk, { ...ask, tenant })
      expect(message.length).toBeLessThan(900)
      expect(message).not.toMatch(/[\u0000-\u001f]/)
    }
  })

  it('BU1: no two subjects share a counter or a gauge unless they are the same in its scope', () => {
    const text = fc.oneof(
      fc.constantFrom(...names),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('/', ':', '%', 'a', '"', '\\', ','), minLength: 1, maxLength: 6 }),
    )
    const name = text.filter((value) => value.trim() !== '')
    const subjects = fc.record({
      tenant: name,
      user: name,
      agent: name,
      run: name,
      key: name,
      provider: name,
      model: name,
    })
    const rates: RateLimit[] = (['tenant', 'user', 'key', 'model'] as const).map((scope) => ({
      scope,
      measure: 'requests',
      amount: 1,
      windowMs: 1,
    }))
    fc.assert(
      fc.property(subjects, subjects, (one, other) => {
        const shared = countersOf(one).filter((counter) => countersOf(other).includes(counter))
        const same = (['tenant', 'key', 'provider', 'model'] as const).filter(
          (scope) => one[scope] === other[scope],
        )
        const within = (['user', 'agent', 'run'] as const).filter(
          (scope) => one.tenant === other.tenant && one[scope] === other[scope],
        )
        expect(shared).toHaveLength(same.length + within.length + 1)
        const gauges = appliedRates(rates, one).map(({ key }) => key)
        const sharedGauges = appliedRates(rates, other).filter(({ key }) => gauges.includes(key))
        const sameGauges = [
          one.tenant === other.tenant,
          one.tenant === other.tenant && one.user === other.user,
          one.key === other.key,
          one.model === other.model,
        ]
        expect(sharedGauges).toHaveLength(sameGauges.filter(Boolean).length)
      }),
      { numRuns: 300 },
    )
  })

  it('BU1: the name of a counter is plain ASCII without spaces, whatever is in it', () => {
    for (const who of names) {
      const counter = counterName({
        measure: 'usd',
        scope: 'user',
        who: [who, who],
        per: 'day',
        window: '2026-01-01@UTC',
      })
      expect(counter).toMatch(/^usd\/user\/[A-Za-z0-9_.%-]+:[A-Za-z0-9_.%-]+\/day\/2026-01-01@UTC$/)
    }
  })

  it('BU1: requests without a tenant are no tenant of any name', async () => {
    const desk = await deskOf([{ scope: 'user', calls: 1, per: 'day' }])
    await desk.handler.generateResponse({ ...ask, user: 'ann' })
    for (const tenant of ['undefined', 'null', ' x'])
      await desk.handler.generateResponse({ ...ask, user: 'ann', tenant })
    expect((await refusalOf(desk, { ...ask, user: 'ann' })).code).toBe('budget-exceeded')
  })
})

describe('options about money', () => {
  const faults: readonly [string, object, string][] = [
    ['budgets that are no list', { budgets: {} }, 'budgets'],
    ['a budget that is a text', { budgets: ['5 dollars'] }, 'budgets[0]'],
    [
      'a budget that asks, with nobody to ask',
      { budgets: [{ scope: 'app', usd: 1, per: 'day', onExceed: 'approve' }] },
      'approve',
    ],
    ['an approval that is no function', { approve: true }, 'approve'],
    ['an unknown word for unknown prices', { unknownPrice: 'free' }, 'unknownPrice'],
    [
      'an assumed price below 0',
      { unknownPrice: { inputPerMillion: -1, outputPerMillion: 1 } },
      'unknownPrice.inputPerMillion',
    ],
    [
      'a price that is NaN',
      { prices: { 'one/m': { inputPerMillion: Number.NaN, outputPerMillion: 1 } } },
      'prices.one/m.inputPerMillion',
    ],
    ['an unknown word for a store that fails', { onStoreError: 'shrug' }, 'onStoreError'],
    ['a store without all its methods', { store: { admit: () => undefined } }, 'store.renew'],
    ['a baseline without a provider', { savingsBaseline: 'gpt' }, 'savingsBaseline'],
    ['an empty secret', { fingerprintSecret: ' ' }, 'fingerprintSecret'],
    ['a source of prices that cannot load', { prices: { find: () => undefined, load: 5 } }, 'prices.load'],
    ['an option that is spelled wrong', { budget: [] }, 'budget'],
  ]

  it.each(faults)(
    '%s is refused when the handler is built, and the error names the field',
    (_, options, field) => {
      expect(() => stageOf({}, options as HandlerOptions)).toThrow(
        expect.objectContaining({ code: 'config', field }),
      )
    },
  )
})
