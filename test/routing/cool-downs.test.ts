// Which conversations are not escalated again for a while.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Escalation } from '../../src/core/escalation.js'
import { levels } from '../../src/core/level.js'
import { CoolDowns } from '../../src/routing/cool-downs.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const step: Escalation = {
  from: 'simple',
  to: 'moderate',
  reason: 'low-quality',
  provider: 'one',
  model: 'm',
}

describe('cool-downs', () => {
  it('are told with what began them and how long they last, and end by themselves (ES4)', async () => {
    const clock = new FakeClock({ date: 1_000 })
    const coolDowns = new CoolDowns(clock, 300_000)
    coolDowns.begin({ tenant: 'acme', session: 's1' }, step)
    await clock.advance(100_000)
    coolDowns.begin({}, { ...step, from: 'complex', reason: 'error' })
    expect(coolDowns.list()).toEqual([
      {
        tenant: 'acme',
        session: 's1',
        level: 'simple',
        reason: 'low-quality',
        since: 1_000,
        remainingMs: 200_000,
      },
      { level: 'complex', reason: 'error', since: 101_000, remainingMs: 300_000 },
    ])
    await clock.advance(200_000)
    expect(coolDowns.list()).toMatchObject([{ level: 'complex' }])
    await clock.advance(100_000)
    expect(coolDowns.list()).toEqual([])
  })

  it('are ended by hand: of a session, of a tenant, or all (ES4)', () => {
    const coolDowns = new CoolDowns(new FakeClock(), 300_000)
    const began = [
      { tenant: 'a', session: '1' },
      { tenant: 'a', session: '2' },
      { tenant: 'b', session: '1' },
      {},
    ]
    const left = (): unknown[] => coolDowns.list().map(({ tenant, session }) => `${tenant} ${session}`)
    for (const conversation of began) coolDowns.begin(conversation, step)
    coolDowns.reset({ tenant: 'a', session: '1' })
    expect(left()).toEqual(['a 2', 'b 1', 'undefined undefined'])
    coolDowns.reset({ tenant: 'a' })
    expect(left()).toEqual(['b 1', 'undefined undefined'])
    coolDowns.reset()
    expect(left()).toEqual([])
  })

  it('hold back exactly the tenant, conversation and level that began them (ES4)', () => {
    const name = fc.constantFrom(undefined, 'a', 'b', 'null', '","')
    const place = fc.record({ tenant: name, session: name, level: fc.constantFrom(...levels) })
    fc.assert(
      fc.property(fc.array(place, { maxLength: 8 }), place, (began, asked) => {
        const coolDowns = new CoolDowns(new FakeClock(), 300_000)
        for (const { level, ...whose } of began) coolDowns.begin(whose, { ...step, from: level })
        const { level, ...whose } = asked
        const isHeld = began.some(
          (one) => one.tenant === asked.tenant && one.session === asked.session && one.level === level,
        )
        expect(coolDowns.includes(whose, level)).toBe(isHeld)
      }),
    )
  })

  it('are at most ten thousand: the oldest are forgotten (ES4)', () => {
    const coolDowns = new CoolDowns(new FakeClock(), 300_000)
    for (let session = 0; session < 10_005; session += 1) coolDowns.begin({ session: `${session}` }, step)
    expect(coolDowns.list()).toHaveLength(10_000)
    expect(coolDowns.includes({ session: '4' }, 'simple')).toBe(false)
    expect(coolDowns.includes({ session: '5' }, 'simple')).toBe(true)
  })

  it('are not begun by a rate limit (ES4)', () => {
    const coolDowns = new CoolDowns(new FakeClock(), 300_000)
    coolDowns.begin({ tenant: 'acme' }, { ...step, reason: 'rate-limited' })
    expect(coolDowns.list()).toEqual([])
  })
})
