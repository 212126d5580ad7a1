// How many may be inside at once, who comes next, and when the line is too long.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { type Turn, Turns } from '../../src/resilience/turns.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

/** Lets everybody in whose turn has come. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await Promise.resolve()
}

/** People by number: who stands in line, who is inside, in which order they came in. */
class Crowd {
  readonly turns: Turns
  readonly limit: number
  readonly entered: number[] = []
  readonly #places = new Map<number, Turn>()
  #next = 0

  constructor(limit: number, maxWaiting: number) {
    this.turns = new Turns(maxWaiting)
    this.limit = limit
  }

  /** The number of the newcomer, or the code of the error. */
  come(): number | string {
    const number = this.#next
    this.#next += 1
    try {
      const turn = this.turns.take('room', this.limit)
      this.#places.set(number, turn)
      turn.come.then(() => this.entered.push(number))
      return number
    } catch (error) {
      return isByokError(error) && error.isRetryable ? error.code : 'a foreign error'
    }
  }

  leave(number: number): void {
    this.#places.get(number)?.leave()
  }
}

describe('C11: places', () => {
  it('C11: 1,000 calls, some of whom leave: never more than 10 inside, in order, everybody gets a turn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const chance = new FakeClock({ seed })
        const draw = (below: number): number => Math.floor(chance.random() * below)
        const crowd = new Crowd(10, 1_000)
        const inside: number[] = []
        const line: number[] = []
        const expected: number[] = []
        let come = 0
        while (come < 1_000 || inside.length + line.length > 0) {
          const act = draw(3)
          if (act === 0 || inside.length === 0) {
            for (let group = 0; group < 20 && come < 1_000; group++, come++) {
              if (crowd.come() !== come) throw new Error(`${come} was sent away`)
              line.push(come)
            }
          } else if (act === 1 && line.length > 0) {
            crowd.leave(line.splice(draw(line.length), 1)[0] ?? -1)
          } else crowd.leave(inside.splice(draw(inside.length), 1)[0] ?? -1)
          while (inside.length < 10 && line.length > 0) {
            const first = line.shift() ?? -1
            inside.push(first)
            expected.push(first)
          }
          const counts = crowd.turns.countsOf('room')
          if (counts.inside !== inside.length || counts.waiting !== line.length)
            throw new Error(`${JSON.stringify(counts)}, not ${inside.length} and ${line.length}`)
        }
        await settle()
        expect(crowd.entered).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('C11: nobody is let in before somebody has left', async () => {
    const crowd = new Crowd(2, 10)
    for (let each = 0; each < 5; each++) crowd.come()
    await settle()
    expect(crowd.entered).toEqual([0, 1])
    crowd.leave(1)
    await settle()
    expect(crowd.entered).toEqual([0, 1, 2])
  })

  it('C11: whoever leaves twice makes one place', () => {
    const crowd = new Crowd(1, 10)
    for (let each = 0; each < 4; each++) crowd.come()
    for (let time = 0; time < 3; time++) crowd.leave(0)
    for (let time = 0; time < 3; time++) crowd.leave(3)
    expect(crowd.turns.countsOf('room')).toEqual({ inside: 1, waiting: 1 })
  })

  it('C11: whoever is called in and leaves before noticing hands the place on', async () => {
    const crowd = new Crowd(1, 10)
    for (let each = 0; each < 3; each++) crowd.come()
    crowd.leave(0)
    crowd.leave(1)
    await settle()
    expect(crowd.turns.countsOf('room')).toEqual({ inside: 1, waiting: 0 })
    expect(crowd.entered).toContain(2)
  })

  it('C11: the line has an end; whoever finds it full is told so, and a place in it can be given up', () => {
    const crowd = new Crowd(1, 2)
    expect([crowd.come(), crowd.come(), crowd.come(), crowd.come()]).toEqual([0, 1, 2, 'overloaded'])
    crowd.leave(1)
    expect([crowd.come(), crowd.come()]).toEqual([4, 'overloaded'])
    const strict = new Crowd(1, 0)
    expect([strict.come(), strict.come()]).toEqual([0, 'overloaded'])
  })

  it('C11: rooms do not know each other, and without a limit nobody waits or is counted', () => {
    const turns = new Turns(0)
    turns.take('one', 1)
    turns.take('two', 1)
    for (let each = 0; each < 100; each++) turns.take('free', undefined).leave()
    expect(turns.countsOf('free')).toEqual({ inside: 0, waiting: 0 })
    expect(() => turns.take('one', 1)).toThrow(/1 calls of one are under way/)
  })

  it('C11: a room that is empty is forgotten', () => {
    const rooms = new Set<unknown>()
    const { set, delete: remove } = Map.prototype
    vi.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, key, value) {
      rooms.add(key)
      return set.call(this, key, value)
    })
    vi.spyOn(Map.prototype, 'delete').mockImplementation(function (this: Map<unknown, unknown>, key) {
      rooms.delete(key)
      return remove.call(this, key)
    })
    const turns = new Turns(5)
    for (let tenant = 0; tenant < 100; tenant++) {
      const places = [1, 2, 3].map(() => turns.take(`tenant ${tenant}`, 1))
      for (const place of tenant % 2 === 0 ? places : places.toReversed()) place.leave()
    }
    vi.restoreAllMocks()
    expect([...rooms].filter((key) => String(key).startsWith('tenant'))).toEqual([])
  })
})
