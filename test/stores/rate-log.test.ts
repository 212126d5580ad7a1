// Compares the buckets of a rate with a list of all that has begun.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketAt, RateLog } from '../../src/stores/rate-log.js'

interface Step {
  readonly after: number
  readonly amount: number
}

const steps = fc.array(fc.record({ after: fc.nat({ max: 40 }), amount: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 60,
})

it.each([1, 7, 59, 60, 61, 100, 1_000])('keeps its limit over any stretch of %i ms', (windowMs) => {
  fc.assert(
    fc.property(steps, (plan: readonly Step[]) => {
      const log = new RateLog(windowMs)
      const granted: { readonly at: number; readonly amount: number }[] = []
      let at = 1_000_003
      for (const { after, amount } of plan) {
        at += Math.ceil((after * windowMs) / 100)
        const wait = log.waitFor(amount, 8, at)
        if (wait > 0) {
          // The wait is exact: it fits then, and not a moment before.
          expect(log.waitFor(amount, 8, at + wait - 1)).toBe(1)
          at += wait
          expect(log.waitFor(amount, 8, at)).toBe(0)
        }
        log.add(bucketAt(windowMs, at), amount, at)
        granted.push({ at, amount })
      }
      for (const first of granted) {
        const within = granted.filter((one) => one.at >= first.at && one.at < first.at + windowMs)
        expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(8)
      }
      expect(log.buckets().length).toBeLessThanOrEqual(62)
    }),
    { numRuns: 200 },
  )
})

it('corrects a bucket while it counts, and leaves alone what has left the window', () => {
  const log = new RateLog(600)
  log.add(bucketAt(600, 1_000), 8, 1_000)
  log.add(bucketAt(600, 1_005), -6, 1_200)
  expect(log.waitFor(6, 8, 1_200)).toBe(0)
  expect(log.waitFor(7, 8, 1_200)).toBe(410)
  log.add(bucketAt(600, 1_000), 5, 1_700)
  expect(log.isEmpty(1_700)).toBe(true)
  expect(log.waitFor(9, 8, 1_700)).toBe(Number.POSITIVE_INFINITY)
})
