// The fake clock: time moves only when told, and in order.

import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'

describe('a fake clock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new FakeClock({ now: 5, date: 1_000 })
    expect([clock.now(), clock.date()]).toEqual([5, 1_000])
    await clock.advance(10)
    expect([clock.now(), clock.date()]).toEqual([15, 1_010])
  })

  it('fires timers in order of their time, each at its own time', async () => {
    const clock = new FakeClock()
    const fired: string[] = []
    const at = (name: string, delayMs: number) =>
      clock.timer(delayMs, () => fired.push(`${name}@${clock.now()}`))
    at('late', 30)
    at('early', 10)
    at('second early', 10)
    at('beyond', 31)
    await clock.advance(30)
    expect(fired).toEqual(['early@10', 'second early@10', 'late@30'])
    expect(clock.pending()).toBe(1)
  })

  it('fires a timer that another one set, when its time falls into the same advance', async () => {
    const clock = new FakeClock()
    const fired: number[] = []
    clock.timer(10, () => clock.timer(10, () => fired.push(clock.now())))
    await clock.advance(25)
    expect(fired).toEqual([20])
    expect(clock.now()).toBe(25)
  })

  it('lets code that waits for a timer set its next one', async () => {
    const clock = new FakeClock()
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.timer(ms, resolve))
    const times: number[] = []
    const walk = async () => {
      for (let step = 0; step < 3; step++) {
        await wait(100)
        await new Promise((resolve) => setImmediate(resolve))
        times.push(clock.now())
      }
    }
    const walking = walk()
    await clock.advance(300)
    await walking
    expect(times).toEqual([100, 200, 300])
  })

  it('forgets a timer that was cancelled', async () => {
    const clock = new FakeClock()
    let fired = false
    const cancel = clock.timer(1, () => {
      fired = true
    })
    cancel()
    cancel()
    await clock.advance(10)
    expect([fired, clock.pending()]).toEqual([false, 0])
  })

  it('lets the wall clock jump without moving the monotonic one', async () => {
    const clock = new FakeClock({ date: 0 })
    clock.jumpDate(-3_600_000)
    expect([clock.now(), clock.date()]).toEqual([0, -3_600_000])
  })

  it('gives the same random numbers for the same seed, spread over 0 to 1', () => {
    const draw = (seed: number) => {
      const clock = new FakeClock({ seed })
      return Array.from({ length: 1_000 }, () => clock.random())
    }
    const numbers = draw(7)
    expect(draw(7)).toEqual(numbers)
    expect(draw(8)).not.toEqual(numbers)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    expect(mean).toBeGreaterThan(0.45)
    expect(mean).toBeLessThan(0.55)
  })
})
