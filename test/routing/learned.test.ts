// What is learned of models from earlier requests, how far it may move them, and how it is kept.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Level, levels } from '../../src/core/level.js'
import type { Store } from '../../src/core/store.js'
import { Learned, type Outcome } from '../../src/routing/learned.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const outcome: fc.Arbitrary<Outcome> = fc
  .record({
    model: fc.constantFrom('one/a', 'two/b', 'three/c', 'four/d e'),
    taskType: fc.constantFrom('chat', 'code'),
    level: fc.constantFrom(...levels),
    what: fc.constantFrom('answered', 'failed', 'escalated'),
    latencyMs: fc.option(fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom(0.001, 1e12)), {
      nil: -1,
    }),
  })
  .map(({ latencyMs, ...rest }) => (latencyMs < 0 ? rest : { ...rest, latencyMs }) as Outcome) // the words of the type
const history = fc.array(fc.tuple(outcome, fc.integer({ min: 1, max: 300 })), { maxLength: 12 })

function learnedFrom(outcomes: readonly (readonly [Outcome, number])[], store = memoryStore()): Learned {
  const learned = new Learned({ clock: new FakeClock(), store, onTrouble: () => undefined })
  for (const [one, times] of outcomes) for (let time = 0; time < times; time += 1) learned.note(one)
  return learned
}

const chat = (model: string, what: Outcome['what'], latencyMs?: number): Outcome => ({
  model,
  taskType: 'chat',
  level: 'simple',
  what,
  ...(latencyMs === undefined ? {} : { latencyMs }),
})
const factorOf = (learned: Learned, model: string, level: Level = 'simple'): number =>
  learned.factor(model, 'chat', level)

describe('what is learned of a model', () => {
  it('never moves its rank by more than three tenths, whatever has happened (RK12)', () => {
    fc.assert(
      fc.property(history, (outcomes) => {
        const learned = learnedFrom(outcomes)
        for (const { factor } of learned.explain()) {
          expect(factor).toBeGreaterThanOrEqual(0.7)
          expect(factor).toBeLessThanOrEqual(1.3)
        }
      }),
    )
  })

  it('reorders candidates, adds and drops none, and lets nobody overtake a far better one (RK12)', () => {
    const candidates = fc.uniqueArray(
      fc.record({
        model: fc.constantFrom('one/a', 'two/b', 'three/c', 'four/d e', 'five/f'),
        score: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
      }),
      { selector: ({ model }) => model },
    )
    fc.assert(
      fc.property(history, candidates, (outcomes, ranked) => {
        const learned = learnedFrom(outcomes)
        const rank = ({ model, score }: (typeof ranked)[number]): number => score * factorOf(learned, model)
        const reordered = [...ranked].sort((one, other) => rank(other) - rank(one))
        expect(new Set(reordered)).toEqual(new Set(ranked))
        for (const [place, better] of reordered.entries())
          for (const worse of reordered.slice(place + 1))
            expect(better.score).toBeGreaterThanOrEqual(worse.score * (0.7 / 1.3) * (1 - 1e-9))
      }),
    )
  })

  it('is the same for the same outcomes, in whatever order they came (RK12)', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (outcomes, keys) => {
        const shuffled = outcomes
          .map((one) => ({ one, key: keys.next().value as number })) // it never ends
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        const [first, second] = [learnedFrom(outcomes).explain(), learnedFrom(shuffled).explain()]
        expect(second.map(({ model, level }) => `${model} ${level}`)).toEqual(
          first.map(({ model, level }) => `${model} ${level}`),
        )
        for (const [place, { factor }] of first.entries())
          expect(second[place]?.factor).toBeCloseTo(factor, 9)
      }),
    )
  })

  it('is nothing before anything has happened: the catalogue stands (RK12)', () => {
    expect(factorOf(learnedFrom([]), 'one/a')).toBe(1)
    expect(learnedFrom([]).explain()).toEqual([])
  })

  it('falls with failures and with answers that were given up, and counts little at first (RK12)', () => {
    const usual = factorOf(learnedFrom([[chat('one/a', 'answered'), 20]]), 'one/a')
    const once = factorOf(learnedFrom([[chat('one/a', 'failed'), 1]]), 'one/a')
    const often = factorOf(learnedFrom([[chat('one/a', 'failed'), 200]]), 'one/a')
    const givenUp = factorOf(
      learnedFrom([
        [chat('one/a', 'answered'), 20],
        [chat('one/a', 'escalated'), 10],
      ]),
      'one/a',
    )
    expect(usual).toBeGreaterThan(1)
    expect(once).toBeLessThan(1)
    expect(once).toBeGreaterThan(0.95)
    expect(often).toBe(0.7)
    expect(givenUp).toBeLessThan(usual)
  })

  it('falls where it is slower than the others on the same work (RK12)', () => {
    const learned = learnedFrom([
      [chat('one/a', 'answered', 1_000), 50],
      [chat('two/b', 'answered', 8_000), 50],
    ])
    expect(factorOf(learned, 'one/a')).toBeGreaterThan(factorOf(learned, 'two/b'))
    const alone = learnedFrom([[chat('two/b', 'answered', 8_000), 50]])
    expect(factorOf(alone, 'two/b')).toBeGreaterThan(factorOf(learned, 'two/b'))
  })

  it('holds for that kind of work and that level alone (RK12)', () => {
    const learned = learnedFrom([[chat('one/a', 'failed'), 100]])
    expect(factorOf(learned, 'one/a')).toBeLessThan(0.8)
    expect(learned.factor('one/a', 'code', 'simple')).toBe(1)
    expect(factorOf(learned, 'one/a', 'moderate')).toBe(1)
    expect(factorOf(learned, 'two/b')).toBe(1)
  })

  it('is explained by its counts (RK12)', () => {
    const learned = learnedFrom([
      [chat('one/a', 'answered', 100), 3],
      [chat('one/a', 'failed'), 1],
      [chat('one/a', 'escalated'), 1],
    ])
    const [row] = learned.explain()
    expect(row).toMatchObject({
      model: 'one/a',
      taskType: 'chat',
      level: 'simple',
      answered: 3,
      failed: 1,
      escalated: 1,
    })
    expect(row?.meanLatencyMs).toBeCloseTo(100, 6)
    expect(row?.factor).toBe(factorOf(learned, 'one/a'))
  })
})

describe('what was learned is kept', () => {
  it('in the store, half a minute after it happened, and read by the next handler (RK12)', async () => {
    const [store, clock] = [memoryStore(), new FakeClock()]
    const learned = new Learned({ clock, store, onTrouble: () => undefined })
    for (let time = 0; time < 30; time += 1) learned.note(chat('one/a', 'failed'))
    expect(await store.list('learned')).toEqual([])
    await clock.advance(30_000)
    await learned.flush()
    expect((await store.list('learned')).map(({ key, version }) => [key, version])).toEqual([['chat', 1]])

    const next = new Learned({ clock, store, onTrouble: () => undefined })
    await next.load()
    expect(next.explain()).toEqual(learned.explain())
  })

  it('by several processes together: each adds what it has seen itself (RK12)', async () => {
    const store = memoryStore()
    const processes = Array.from({ length: 4 }, () => learnedFrom([[chat('one/a', 'answered'), 5]], store))
    await Promise.all(processes.map((one) => one.flush()))
    const [first] = processes
    first?.note(chat('one/a', 'failed'))
    await first?.flush()
    await first?.flush()
    expect(first?.explain()).toMatchObject([{ answered: 20, failed: 1 }])
    const last = learnedFrom([[chat('one/a', 'answered'), 1]], store)
    await last.load()
    expect(last.explain()).toMatchObject([{ answered: 21, failed: 1 }])
  })

  it('when the store is there again: one that is down harms nobody (RK12)', async () => {
    const real = memoryStore()
    let isDown = true
    const troubles: unknown[] = []
    const through = <Result>(answer: () => Promise<Result>): Promise<Result> =>
      isDown ? Promise.reject(new Error('down')) : answer()
    const store: Pick<Store, 'get' | 'set' | 'list'> = {
      get: (...of) => through(() => real.get(...of)),
      set: (...of) => through(() => real.set(...of)),
      list: (...of) => through(() => real.list(...of)),
    }
    const learned = new Learned({ clock: new FakeClock(), store, onTrouble: (error) => troubles.push(error) })
    await learned.load()
    learned.note(chat('one/a', 'failed'))
    await learned.flush()
    expect(troubles).toHaveLength(2)
    expect(learned.explain()).toMatchObject([{ failed: 1 }])
    isDown = false
    learned.note(chat('one/a', 'failed'))
    await learned.flush()
    const next = new Learned({ clock: new FakeClock(), store, onTrouble: () => undefined })
    await next.load()
    expect(next.explain()).toMatchObject([{ failed: 2 }])
  })

  it('and nobody waits longer than a quarter of a second to read it (RK12)', async () => {
    const clock = new FakeClock()
    const hanging = { ...memoryStore(), list: () => new Promise<never>(() => undefined) }
    const learned = new Learned({ clock, store: hanging, onTrouble: () => undefined })
    const loaded = learned.load()
    await clock.advance(250)
    await loaded
    expect(factorOf(learned, 'one/a')).toBe(1)
  })

  it.each([
    ['no JSON', '{"version":1,"rows":[['],
    ['something else', '"hello"'],
    ['another version', '{"version":2,"rows":[["simple one/a",9,9,9,9,9]]}'],
    [
      'rows that are none',
      '{"version":1,"rows":[1,null,["x"],["odd one/a",1,1,1,1,1],["simple one/a",-1,0,0,0,0]]}',
    ],
  ])('and where %s stands in its place, it begins anew (RK12)', async (_, text) => {
    const store = memoryStore()
    await store.set('learned', 'chat', text)
    const learned = learnedFrom([[chat('one/a', 'answered'), 2]], store)
    await learned.load()
    await learned.flush()
    expect(learned.explain()).toMatchObject([{ model: 'one/a', answered: 2, failed: 0 }])
  })

  it('within bounds: a thousand models of a kind of work, and old outcomes fade (RK12)', async () => {
    const store = memoryStore()
    const many = learnedFrom(
      Array.from({ length: 1_200 }, (_, place) => [chat(`one/${place}`, 'answered'), 1] as const),
      store,
    )
    await many.flush()
    expect(many.explain()).toHaveLength(1_000)
    expect(JSON.stringify(await store.get('learned', 'chat')).length).toBeLessThan(60_000)

    const changed = learnedFrom([[chat('two/b', 'answered'), 5_000]])
    await changed.flush()
    for (let time = 0; time < 1_000; time += 1) changed.note(chat('two/b', 'failed'))
    await changed.flush()
    expect(changed.explain()).toMatchObject([{ answered: 500, failed: 500 }])
  })
})
