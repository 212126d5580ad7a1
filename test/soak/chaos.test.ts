// The chaos soak in small, with the same promises as `npm run soak`, and the long-lived signal of many calls.

import { describe, expect, it } from 'vitest'
import { chaos } from './chaos.js'
import { oneSignal } from './one-signal.js'

describe('a bad day of three providers', () => {
  it('B11, C11, MS3, IN2: 500 calls all end well or typed, none is spliced, and everything comes back', {
    timeout: 60_000,
  }, async () => {
    const { findings, faults, endings } = await chaos({ calls: 500, atOnce: 64, seed: 7, parts: 2 })
    expect(faults).toEqual([])
    expect(findings.filter(({ holds }) => !holds)).toEqual([])
    // On a busy machine most run into their limits, of which the shortest are 20 ms.
    expect(endings.get('answer')).toBeGreaterThan(20)
  })

  it('IN1: 500 calls on one long-lived signal leave no listener', { timeout: 60_000 }, async () => {
    expect((await oneSignal(500)).filter(({ holds }) => !holds)).toEqual([])
  })
})
