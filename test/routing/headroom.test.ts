// Headroom: what was used in the last minute, beside the limits of the app and of the provider.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateLimits } from '../../src/core/rate-limits.js'
import { Secret } from '../../src/core/secret.js'
import { Headroom, type HeadroomOptions, type HeadroomSubject } from '../../src/routing/headroom.js'
import type { MinuteLimits } from '../../src/routing/policy.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const subject = (more: Partial<HeadroomSubject> = {}): HeadroomSubject => ({
  provider: 'openai',
  model: 'gpt-4o',
  key: { id: '1' },
  ...more,
})

function headroomOf(limits: Record<string, MinuteLimits> = {}, more: Partial<HeadroomOptions> = {}) {
  const clock = new FakeClock()
  return { clock, headroom: new Headroom({ clock, limits: new Map(Object.entries(limits)), ...more }) }
}

describe("RK10: headroom by the app's limits", () => {
  it('RK10: is 1 where no limit is known, however much was used', () => {
    const { headroom } = headroomOf({
      groq: { requestsPerMinute: 1 },
      'openai/gpt-4': { tokensPerMinute: 1 },
    })
    expect(headroom.of(subject())).toBe(1)
    headroom.note(subject(), { requests: 1_000, tokens: 1e9 })
    expect(headroom.of(subject())).toBe(1)
  })

  it('RK10: is 1 less the fuller of requests and tokens by their limits', () => {
    const { headroom } = headroomOf({ openai: { requestsPerMinute: 10, tokensPerMinute: 1_000 } })
    headroom.note(subject(), { requests: 2, tokens: 100 })
    expect(headroom.of(subject())).toBe(0.8)
    headroom.note(subject(), { tokens: 400 })
    expect(headroom.of(subject())).toBe(0.5)
    headroom.note(subject(), { tokens: 500 })
    expect(headroom.of(subject())).toBe(0)
    headroom.note(subject(), { tokens: 500 })
    expect(headroom.of(subject())).toBe(0)
  })

  it('RK10: counts what was used in the last 60 seconds', async () => {
    const { clock, headroom } = headroomOf({ openai: { requestsPerMinute: 10 } })
    headroom.note(subject(), { requests: 5 })
    await clock.advance(30_000)
    headroom.note(subject(), { requests: 3 })
    expect(headroom.of(subject())).toBeCloseTo(0.2)
    await clock.advance(29_999)
    expect(headroom.of(subject())).toBeCloseTo(0.2)
    await clock.advance(1)
    expect(headroom.of(subject())).toBe(0.7)
    await clock.advance(30_000)
    expect(headroom.of(subject())).toBe(1)
    headroom.note(subject(), { requests: 1 })
    await clock.advance(1_000_000)
    expect(headroom.of(subject())).toBe(1)
  })

  it('RK10: is what a list of the last minute’s calls says, by whole seconds', () => {
    const calls = fc.array(fc.record({ afterMs: fc.nat({ max: 40_000 }), tokens: fc.nat({ max: 500 }) }))
    fc.assert(
      fc.property(calls, fc.nat({ max: 70_000 }), (noted, laterMs) => {
        let now = 0
        const clock = new FakeClock()
        const headroom = new Headroom({
          clock: Object.assign(clock, { now: () => now }),
          limits: new Map([['openai', { tokensPerMinute: 10_000 }]]),
        })
        const list: { second: number; tokens: number }[] = []
        for (const { afterMs, tokens } of noted) {
          now += afterMs
          headroom.note(subject(), { tokens })
          list.push({ second: Math.floor(now / 1_000), tokens })
        }
        now += laterMs
        const used = list
          .filter(({ second }) => second > Math.floor(now / 1_000) - 60)
          .reduce((sum, { tokens }) => sum + tokens, 0)
        expect(headroom.of(subject())).toBe(Math.max(0, 1 - used / 10_000))
      }),
    )
  })

  it('RK10: has one of its own for each provider, model, tenant and key, whatever they are called', () => {
    const part = fc.string({ maxLength: 4 })
    const subjects = fc.record({
      provider: part,
      model: part,
      tenant: fc.option(part, { nil: undefined }),
      id: part,
    })
    fc.assert(
      fc.property(subjects, subjects, ({ id: one, ...a }, { id: two, ...b }) => {
        const limit = { requestsPerMinute: 4 }
        const { headroom } = headroomOf({ [a.provider]: limit, [b.provider]: limit })
        headroom.note({ ...a, key: { id: one } }, { requests: 1 })
        const isSame = JSON.stringify([one, a]) === JSON.stringify([two, b])
        expect(headroom.of({ ...b, key: { id: two } })).toBe(isSame ? 0.75 : 1)
      }),
    )
  })

  it('RK10: goes by the limits of the model before those of its provider, one by one', () => {
    const { headroom } = headroomOf({
      openai: { requestsPerMinute: 10, tokensPerMinute: 100 },
      'openai/gpt-4o': { requestsPerMinute: 100 },
    })
    headroom.note(subject(), { requests: 5 })
    expect(headroom.of(subject())).toBe(0.95)
    headroom.note(subject(), { tokens: 50 })
    expect(headroom.of(subject())).toBe(0.5)
    headroom.note(subject({ model: 'o3' }), { requests: 5 })
    expect(headroom.of(subject({ model: 'o3' }))).toBe(0.5)
  })

  it('RK10: weighs the tokens of a model that counts for several', () => {
    const weightOf = ({ model }: { model: string }) => (model === 'opus' ? 10 : undefined)
    const { headroom } = headroomOf({ openai: { tokensPerMinute: 1_000 } }, { weightOf })
    headroom.note(subject(), { tokens: 50 })
    headroom.note(subject({ model: 'opus' }), { tokens: 50 })
    expect(headroom.of(subject())).toBe(0.95)
    expect(headroom.of(subject({ model: 'opus' }))).toBe(0.5)
  })

  it('RK10: another key under the same name begins anew', () => {
    const { headroom } = headroomOf({ openai: { requestsPerMinute: 2 } })
    const keyOf = (value: string) => subject({ tenant: 'acme', key: { id: '1', secret: new Secret(value) } })
    headroom.note(keyOf('test-key-one'), { requests: 1 })
    expect(headroom.of(keyOf('test-key-one'))).toBe(0.5)
    expect(headroom.of(keyOf('test-key-two'))).toBe(1)
    headroom.note(keyOf('test-key-two'), { requests: 2 })
    expect(headroom.of(keyOf('test-key-two'))).toBe(0)
    expect(headroom.of(keyOf('test-key-one'))).toBe(1)
    expect(headroom.of(subject({ tenant: 'acme' }))).toBe(1)
  })

  it('RK10: remembers so many; the one that was used longest ago is forgotten', () => {
    const { headroom } = headroomOf({ openai: { requestsPerMinute: 2 } }, { subjects: 3 })
    const nth = (number: number) => subject({ tenant: `t${number}` })
    for (const number of [0, 1, 2, 0, 3]) headroom.note(nth(number), { requests: 1 })
    expect([0, 1, 2, 3].map((number) => headroom.of(nth(number)))).toEqual([0, 1, 0.5, 0.5])
  })

  it('RK10: takes no amount that is none', () => {
    const { headroom } = headroomOf({ openai: { requestsPerMinute: 2, tokensPerMinute: 2 } })
    for (const amount of [-1, Number.NaN, Number.NEGATIVE_INFINITY, 0])
      headroom.note(subject(), { requests: amount, tokens: amount })
    expect(headroom.of(subject())).toBe(1)
    headroom.note(subject(), { tokens: Number.POSITIVE_INFINITY })
    expect(headroom.of(subject())).toBe(0)
  })
})

describe('RK10: headroom by what a provider tells', () => {
  it('RK10: is our own count beside its limit, where it tells no more', async () => {
    const { clock, headroom } = headroomOf()
    headroom.note(subject(), { requests: 1, tokens: 300 })
    headroom.learn(subject(), { requests: { limit: 10 }, tokens: { limit: 400 } })
    expect(headroom.of(subject())).toBe(0.25)
    headroom.learn(subject(), { tokens: { limit: 600 } })
    expect(headroom.of(subject())).toBe(0.5)
    await clock.advance(60_000)
    expect(headroom.of(subject())).toBe(1)
  })

  it('RK10: is what it says is left, with what was begun since: others may use the key too', async () => {
    const { clock, headroom } = headroomOf()
    headroom.note(subject(), { requests: 1 })
    headroom.learn(subject(), { requests: { limit: 10, remaining: 5, resetMs: 30_000 } })
    expect(headroom.of(subject())).toBe(0.5)
    await clock.advance(1_000)
    headroom.note(subject(), { requests: 2 })
    expect(headroom.of(subject())).toBeCloseTo(0.3)
    await clock.advance(29_000)
    expect(headroom.of(subject())).toBe(0.8)
    await clock.advance(31_000)
    expect(headroom.of(subject())).toBe(1)
  })

  it('RK10: does not count tokens twice that the provider has counted', async () => {
    const { clock, headroom } = headroomOf()
    const begunAt = clock.now()
    await clock.advance(100)
    headroom.learn(subject(), { tokens: { limit: 1_000, remaining: 600, resetMs: 24_000 } })
    await clock.advance(100)
    headroom.note(subject(), { tokens: 400 }, begunAt)
    expect(headroom.of(subject())).toBe(0.6)
    headroom.note(subject(), { tokens: 100 })
    expect(headroom.of(subject())).toBe(0.5)
  })

  it('RK10: is 0 until the reset where nothing is left, also where the limit is not known', async () => {
    for (const limit of [{}, { limit: 100 }]) {
      const { clock, headroom } = headroomOf()
      headroom.learn(subject(), { requests: { ...limit, remaining: 0, resetMs: 5_000 } })
      expect(headroom.of(subject())).toBe(0)
      await clock.advance(4_999)
      expect(headroom.of(subject())).toBe(0)
      await clock.advance(1)
      expect(headroom.of(subject())).toBe(1)
    }
  })

  it('RK10: is 0 for no longer than a day, however late the reset', async () => {
    const { clock, headroom } = headroomOf()
    headroom.learn(subject(), { tokens: { remaining: 0, resetMs: Number.MAX_SAFE_INTEGER } })
    await clock.advance(86_399_999)
    expect(headroom.of(subject())).toBe(0)
    await clock.advance(1)
    expect(headroom.of(subject())).toBe(1)
  })

  it('RK10: is there again as soon as the provider says so', () => {
    const { headroom } = headroomOf()
    headroom.learn(subject(), { requests: { limit: 10, remaining: 0, resetMs: 60_000 } })
    headroom.learn(subject(), { requests: { limit: 10, remaining: 9, resetMs: 6_000 } })
    expect(headroom.of(subject())).toBeCloseTo(0.9)
  })

  it("RK10: is never more than the app's own limit leaves", () => {
    const { headroom } = headroomOf({ openai: { requestsPerMinute: 2 } })
    headroom.note(subject(), { requests: 1 })
    headroom.learn(subject(), { requests: { limit: 1_000, remaining: 999, resetMs: 1 } })
    expect(headroom.of(subject())).toBe(0.5)
  })

  it('RK10: is a number from 0 to 1, whatever an adapter of somebody else’s tells', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, 1e300, -0, 2 ** 60))
    const limit = fc.record({ limit: number, remaining: number, resetMs: number }, { requiredKeys: [] })
    const limits = fc.record({ requests: limit, tokens: limit }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.array(limits), number, number, (told, requests, tokens) => {
        const { headroom } = headroomOf()
        for (const each of told) {
          headroom.learn(subject(), each as RateLimits) // without the `undefined` that fast-check's type allows
          headroom.note(subject(), { requests, tokens })
          const left = headroom.of(subject())
          expect(left >= 0 && left <= 1).toBe(true)
        }
      }),
    )
    const { headroom } = headroomOf()
    headroom.learn(subject(), { requests: { limit: -5, remaining: Number.NaN, resetMs: -1 } })
    headroom.learn(subject(), { requests: { remaining: 0, resetMs: Number.NaN } })
    headroom.learn(subject(), { requests: { remaining: 0 } })
    for (const odd of [null, undefined, 5, 'none', { requests: null, tokens: 7 }])
      headroom.learn(subject(), odd as unknown as RateLimits) // what an adapter in JavaScript may hand over
    expect(headroom.of(subject())).toBe(1)
  })
})
