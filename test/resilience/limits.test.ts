// How long to wait where the app does not say.

import { describe, expect, it } from 'vitest'
import { attemptLimits, totalLimit } from '../../src/resilience/limits.js'

const minute = 60_000

describe('TM1: the limits of an attempt', () => {
  it.each([
    [0, 2],
    [50_000, 2],
    [50_001, 4],
    [100_000, 4],
    [100_001, 5],
    [2_000_000, 5],
  ])(
    'TM1: with %i tokens of prompt, %i minutes for the first token and between chunks',
    (promptTokens, minutes) => {
      expect(attemptLimits({}, { isLocal: false, promptTokens })).toEqual({
        connectMs: 30_000,
        firstTokenMs: minutes * minute,
        idleMs: minutes * minute,
        tailMs: 10_000,
      })
    },
  )

  it('TM1: a server of one’s own gets 30 minutes, and 15 between chunks, whatever the prompt', () => {
    for (const promptTokens of [1, 200_000]) {
      expect(attemptLimits({}, { isLocal: true, promptTokens })).toMatchObject({
        firstTokenMs: 30 * minute,
        idleMs: 15 * minute,
      })
    }
  })

  it('TM1: a slow model gets what it needs, where its prompt does not get it more already', () => {
    const limits = (promptTokens: number, patienceMs: number) =>
      attemptLimits({}, { isLocal: false, promptTokens, patienceMs })
    expect(limits(1, 10 * minute)).toMatchObject({ firstTokenMs: 10 * minute, idleMs: 10 * minute })
    expect(limits(200_000, 3 * minute).firstTokenMs).toBe(5 * minute)
    expect(totalLimit({}, [limits(1, 10 * minute)])).toBe(10 * minute)
  })

  it('TM1: what is given wins over every default, each for itself', () => {
    for (const isLocal of [true, false]) {
      const traits = { isLocal, promptTokens: 200_000 }
      expect(attemptLimits({ firstTokenMs: 5, idleMs: 6 }, traits)).toMatchObject({
        firstTokenMs: 5,
        idleMs: 6,
      })
      expect(attemptLimits({ connectMs: 7 }, traits).connectMs).toBe(7)
      expect(attemptLimits({ firstTokenMs: 5 }, traits).idleMs).toBe(attemptLimits({}, traits).idleMs)
      expect(attemptLimits({ totalMs: 1 }, traits)).toEqual(attemptLimits({}, traits))
    }
  })
})

describe('TM1: the limit of the whole request', () => {
  const attempt = (firstTokenMs: number, idleMs: number) => ({
    connectMs: 30_000,
    firstTokenMs,
    idleMs,
    tailMs: 10_000,
  })

  it('TM1: five minutes, never below those of an attempt, with time for a second one, unless it is given', () => {
    expect(totalLimit({}, [])).toBe(5 * minute)
    expect(totalLimit({}, [attempt(2 * minute, minute)])).toBe(5 * minute)
    expect(totalLimit({}, [attempt(1, 1), attempt(30 * minute, 15 * minute)])).toBe(30 * minute + 1)
    expect(totalLimit({}, [attempt(1, 15 * minute)])).toBe(15 * minute)
    expect(totalLimit({ totalMs: 1_000 }, [attempt(30 * minute, 15 * minute)])).toBe(1_000)
    expect(totalLimit({ firstTokenMs: 1 }, [])).toBe(5 * minute)
  })
})
