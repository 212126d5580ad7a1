// Cuts: where levels begin, and how they follow a wished share of strong calls.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutsFor, levelAt, TrafficCuts, usualCuts } from '../../../src/routing/classifier/cuts.js'
import { trainedWeights } from '../../../src/routing/classifier/weights.js'

const shares = fc.double({ min: 0, max: 1, noNaN: true })

describe('cuts', () => {
  it('begin a level where they lie', () => {
    expect([0, 0.2499, 0.25, 0.4999, 0.5, 0.7499, 0.75, 1].map((score) => levelAt(score, usualCuts))).toEqual(
      ['simple', 'simple', 'moderate', 'moderate', 'complex', 'complex', 'advanced', 'advanced'],
    )
  })

  it('stand in order, and a larger share never raises the one of complex', () => {
    fc.assert(
      fc.property(shares, shares, (one, other) => {
        const [low, high] = [cutsFor(Math.min(one, other)), cutsFor(Math.max(one, other))]
        expect(high.complex).toBeLessThanOrEqual(low.complex)
        for (const { moderate, complex, advanced } of [low, high]) {
          expect(moderate).toBeLessThanOrEqual(complex)
          expect(complex).toBeLessThanOrEqual(advanced)
        }
      }),
    )
  })

  it('make none of the reference mix strong at 0, all at 1, and about the share between', () => {
    expect(levelAt(1, cutsFor(0))).not.toBe('advanced')
    expect(['complex', 'advanced']).toContain(levelAt(0, cutsFor(1)))
    const counts = trainedWeights.reached.split(' ').map(Number)
    for (const share of [0.1, 0.3, 0.5, 0.8]) {
      const { complex } = cutsFor(share)
      const above = counts.reduce((sum, count, bin) => sum + (bin / counts.length >= complex ? count : 0), 0)
      expect(Math.abs(above / 1_000 - share)).toBeLessThan(0.12)
    }
  })
})

describe('cuts from traffic', () => {
  it('begin as those of the reference mix', () => {
    expect(new TrafficCuts().cuts(0.3)).toEqual(cutsFor(0.3))
  })

  it('come to let through the wished share of what the app is asked', () => {
    const traffic = new TrafficCuts()
    const asked = Array.from({ length: 5_000 }, (_, at) => ((at * 37) % 100) / 400)
    for (const score of asked) traffic.observe(score)
    const { complex } = traffic.cuts(0.2)
    const strong = asked.filter((score) => score >= complex).length / asked.length
    expect(Math.abs(strong - 0.2)).toBeLessThan(0.05)
  })

  it('forget what was asked long ago', () => {
    const traffic = new TrafficCuts()
    for (let at = 0; at < 5_000; at += 1) traffic.observe(0.9)
    for (let at = 0; at < 20_000; at += 1) traffic.observe(0.1)
    expect(traffic.cuts(0.3).complex).toBeLessThan(0.15)
  })

  it('are the same for the same requests, and pass over what is no share', () => {
    const [one, other] = [new TrafficCuts(), new TrafficCuts()]
    for (const score of [0.1, 0.5, Number.NaN, -1, 2, Number.POSITIVE_INFINITY]) one.observe(score)
    for (const score of [0.1, 0.5]) other.observe(score)
    expect(one.cuts(0.4)).toEqual(other.cuts(0.4))
  })
})
