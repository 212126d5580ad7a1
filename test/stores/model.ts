// What every store must do, told by a model that keeps no counters but a list of what happened, and random sequences of
// operations that compare the two.
import fc from 'fast-check'
import type { Claim, LedgerEntry, Store } from '../../src/core/store.js'
import { expectSame, expectThat } from '../../src/stores/conformance/expect.js'
import { counterOf, holdOf, recordOf, recordsOf } from '../../src/stores/conformance/world.js'

/** A store under test, and what can be done to it besides its methods. */
export interface StoreUnderModel {
  readonly store: Store
  /** Moves the store's time on. */
  advance(ms: number): void | Promise<void>
  /** Sets the wall clock wrong. Absent where the store has no wall clock of this process. */
  jump?(ms: number): void
  /**
   * Ends the store without closing it, and opens it with what it had acknowledged; what has expired is brought home first.
   * Absent where nothing outlasts it.
   */
  crash?(): Promise<Store>
  /** All changes of the counters so far. */
  ledger?(): Promise<readonly LedgerEntry[]>
  dispose?(): Promise<void>
}

interface ClaimPlan {
  readonly counter: number
  readonly base: number
  readonly perToken: number
}

type StoreCommand =
  | {
      readonly do: 'admit'
      readonly id: number
      readonly claims: readonly ClaimPlan[]
      readonly least: number
      readonly most: number
      readonly ttlMs: number
      readonly rate: number
    }
  | { readonly do: 'renew'; readonly id: number; readonly ttlMs: number }
  | { readonly do: 'commit'; readonly id: number; readonly amounts: readonly number[] }
  | { readonly do: 'release'; readonly id: number; readonly isWritten: boolean }

type Command =
  | StoreCommand
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'crash' }

const counters = ['hour', 'day', 'month'].map((per) => counterOf(per))
const limits = [1_000, 2_500, undefined]
const marks = [500, 1_000].map((at) => ({ share: at / 1_000, at }))
const rateLimit = 6
const windowMs = 60_000

interface Held {
  state: 'open' | 'settled' | 'expired'
  readonly claims: readonly { readonly counter: number; readonly bound: number }[]
  readonly tokens: number
  expiresAt: number
  /** When a settled id may be forgotten. */
  until: number
  charged: readonly number[]
  rate: { readonly at: number; amount: number }
}

/** The reference: every attempt that was admitted, in order, and nothing derived from that. */
class Model {
  /** The store's time, and how far the wall clock is from it. */
  now = 0
  dateOffset = 0
  readonly attempts = new Map<number, Held>()
  readonly told = new Set<string>()
  /** Newest last. */
  readonly written: { readonly id: number; readonly what: string }[] = []

  stateOf(counter: number): { committed: number; held: number } {
    let [committed, held] = [0, 0]
    for (const { state, claims, charged } of this.attempts.values()) {
      for (const [index, claim] of claims.entries()) {
        if (claim.counter !== counter) continue
        if (state === 'open') held += claim.bound
        else committed += charged[index] ?? 0
      }
    }
    return { committed, held }
  }

  /** What is known of an id; what was settled long ago counts on under another one. */
  find(id: number): Held | undefined {
    const held = this.attempts.get(id)
    if (held === undefined || held.until > this.now) return held
    this.attempts.delete(id)
    this.attempts.set(-1 - this.attempts.size - this.#forgotten++ * 1_000, held)
    return undefined
  }

  #forgotten = 0

  /** A new process knows only the wall clock, and that time has not run backwards. */
  restart(): void {
    this.now += Math.max(0, this.dateOffset)
    this.dateOffset = Math.min(0, this.dateOffset)
    this.expire(() => true)
  }

  /** Whether so many tokens fit a claim. */
  fits({ counter, base, perToken }: ClaimPlan, tokens: number): boolean {
    const { committed, held } = this.stateOf(counter)
    return committed + held + base + perToken * tokens <= (limits[counter] ?? Number.POSITIVE_INFINITY)
  }

  /** What has begun within that time. */
  begunWithin(ms: number): number {
    const late = [...this.attempts.values()].filter(({ rate }) => rate.at > this.now - ms)
    return late.reduce((sum, { rate }) => sum + rate.amount, 0)
  }

  expire(isOver: (held: Held) => boolean): void {
    for (const [id, held] of this.attempts) {
      if (held.state !== 'open' || !isOver(held)) continue
      held.state = 'expired'
      held.until = Math.max(held.expiresAt, this.now) + 3_600_000
      held.charged = held.claims.map(({ bound }) => bound)
      this.write(id, 'uncertain')
    }
  }

  settle(id: number, amounts: readonly number[], what: string | undefined): string {
    const held = this.find(id)
    if (held === undefined) return 'unknown'
    if (held.state === 'settled') return 'repeated'
    const outcome = held.state === 'open' ? 'settled' : 'corrected'
    if (outcome === 'settled') held.until = Math.max(held.expiresAt, this.now) + 3_600_000
    else
      this.written.splice(
        this.written.findLastIndex((record) => record.id === id),
        1,
      )
    held.state = 'settled'
    held.charged = amounts
    if (what !== undefined) this.write(id, what)
    return outcome
  }

  write(id: number, what: string): void {
    this.written.push({ id, what })
  }
}

const idArbitrary = fc.nat({ max: 7 })
const claimsArbitrary = fc.subarray([0, 1, 2]).chain((chosen) =>
  fc.tuple(
    ...chosen.map((counter) =>
      fc.record({
        counter: fc.constant(counter),
        base: fc.nat({ max: 400 }),
        perToken: fc.nat({ max: 30 }),
      }),
    ),
  ),
)

const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        id: idArbitrary,
        claims: claimsArbitrary,
        tokens: fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 40 })),
        ttlMs: fc.integer({ min: 1, max: 90_000 }),
        rate: fc.nat({ max: 3 }),
      })
      .map(
        ({ tokens: [least, more], ...rest }): Command => ({
          do: 'admit',
          least,
          most: least + more,
          ...rest,
        }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      id: idArbitrary,
      amounts: fc.array(fc.nat({ max: 900 }), { minLength: 4, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('release' as const), id: idArbitrary, isWritten: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('renew' as const),
      id: idArbitrary,
      ttlMs: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat({ max: 50_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -1e11, max: 1e11 }) }),
  },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'crash' }) },
)

/**
 * Runs random sequences of operations on stores, and rejects with the shortest sequence found that a store and the model
 * answer differently.
 */
export async function checkAgainstModel(
  open: () => Promise<StoreUnderModel>,
  { sequences, seed }: { readonly sequences: number; readonly seed?: number },
): Promise<void> {
  const property = fc.asyncProperty(
    fc.array(commandArbitrary, { maxLength: 30, size: 'max' }),
    async (commands) => {
      const world = await open()
      try {
        await runSequence(world, commands)
      } finally {
        await world.dispose?.()
      }
    },
  )
  await fc.assert(property, { numRuns: sequences, ...(seed !== undefined && { seed }) })
}

async function runSequence(world: StoreUnderModel, commands: readonly Command[]): Promise<void> {
  const model = new Model()
  let store = world.store
  for (const command of commands) {
    if (command.do === 'advance') {
      await world.advance(command.ms)
      model.now += command.ms
    } else if (command.do === 'jump') {
      world.jump?.(command.ms)
      model.dateOffset += command.ms
    } else if (command.do === 'crash') {
      if (world.crash === undefined) continue
      model.expire(({ expiresAt }) => expiresAt <= model.now)
      store = await world.crash()
      model.restart()
      await compare(store, model)
    } else await runOne(store, model, command)
  }
  model.expire(({ expiresAt }) => expiresAt <= model.now)
  await compare(store, model)
  if (world.ledger !== undefined) checkLedger(await world.ledger(), model)
}

async function runOne(store: Store, model: Model, command: StoreCommand): Promise<void> {
  model.expire(({ expiresAt }) => expiresAt <= model.now)
  const id = `i${command.id}`
  const held = model.find(command.id)
  if (command.do === 'admit') await admit(store, model, command)
  else if (command.do === 'renew') {
    const isOpen = held?.state === 'open'
    if (held !== undefined && isOpen) held.expiresAt = model.now + command.ttlMs
    expectSame('renew', await store.renew(id, command.ttlMs), isOpen)
  } else if (command.do === 'commit') {
    const claims = (held?.claims ?? []).map((_, index) => command.amounts[index] ?? 0)
    const rate = (command.amounts[3] ?? 0) % 5
    const answer = await store.commit(
      id,
      { claims, rates: [rate] },
      recordOf(id, { cost: claims[0] ?? null }),
    )
    const outcome = model.settle(command.id, claims, 'success')
    expectSame('commit', answer.outcome, outcome)
    if (held !== undefined && outcome !== 'repeated') held.rate.amount = rate
    const changed = outcome === 'settled' || outcome === 'corrected'
    expectSame('alerts', answer.alerts, changed ? newAlerts(model, held) : [])
    expectCounters(answer.counters, model, held)
  } else {
    const record = command.isWritten ? recordOf(id, { outcome: 'failure', cost: 0 }) : undefined
    const answer = await store.release(id, record)
    const zeros = (held?.claims ?? []).map(() => 0)
    const outcome = model.settle(command.id, zeros, command.isWritten ? 'failure' : undefined)
    expectSame('release', answer.outcome, outcome)
    if (held !== undefined && outcome !== 'repeated') held.rate.amount = 0
    expectCounters(answer.counters, model, held)
  }
}

async function admit(
  store: Store,
  model: Model,
  command: Extract<Command, { readonly do: 'admit' }>,
): Promise<void> {
  const { least, most, ttlMs, claims: plans } = command
  const claims = plans.map(({ counter, base, perToken }): Claim => {
    const limit = limits[counter]
    return {
      counter: counters[counter] ?? '',
      base,
      perToken,
      alerts: marks,
      ...(limit !== undefined && { limit }),
    }
  })
  const rates = [{ key: 'calls/acme', limit: rateLimit, windowMs, amount: command.rate }]
  const answer = await store.admit(holdOf(`i${command.id}`, { claims, rates, least, most, ttlMs }))
  const known = model.find(command.id)
  if (known !== undefined) {
    const expected =
      known.state === 'open' ? { outcome: 'admitted', tokens: known.tokens } : { outcome: 'settled' }
    return expectSame('admitted again', answer, expected)
  }
  const refused = plans.flatMap((plan, index) => (model.fits(plan, least) ? [] : [index]))
  if (refused.length > 0) {
    expectSame('what is beyond a limit', answer.outcome, 'refused')
    if (answer.outcome !== 'refused') return
    return expectSame(
      'the claims named',
      answer.refusals.map(({ claim }) => claim),
      refused,
    )
  }
  if (answer.outcome === 'rate-limited') {
    // Time is counted in sixtieths of the window, so that an amount may count a little longer than it must.
    const begun = model.begunWithin(windowMs * (1 + 1 / 60) + 1)
    return expectThat('a rate is refused with reason', begun + command.rate > rateLimit)
  }
  expectThat('a rate is kept', model.begunWithin(windowMs) + command.rate <= rateLimit)
  let tokens = most
  while (tokens > least && !plans.every((plan) => model.fits(plan, tokens))) tokens -= 1
  expectSame('the tokens granted', answer, { outcome: 'admitted', tokens })
  model.attempts.set(command.id, {
    state: 'open',
    claims: plans.map(({ counter, base, perToken }) => ({ counter, bound: base + perToken * tokens })),
    tokens,
    expiresAt: model.now + ttlMs,
    charged: [],
    until: Number.POSITIVE_INFINITY,
    rate: { at: model.now, amount: command.rate },
  })
}

function newAlerts(model: Model, held: Held | undefined): { claim: number; share: number }[] {
  return (held?.claims ?? []).flatMap(({ counter }, claim) =>
    marks.flatMap(({ share, at }) => {
      const name = `${counter} ${share}`
      if (model.stateOf(counter).committed < at || model.told.has(name)) return []
      model.told.add(name)
      return [{ claim, share }]
    }),
  )
}

function expectCounters(actual: unknown, model: Model, held: Held | undefined): void {
  expectSame(
    'counters',
    actual,
    (held?.claims ?? []).map(({ counter }) => model.stateOf(counter)),
  )
}

async function compare(store: Store, model: Model): Promise<void> {
  const states = await store.readCounters(counters, 'acme')
  expectSame(
    'all counters',
    states,
    counters.map((_, counter) => model.stateOf(counter)),
  )
  const records = (await recordsOf(store)).map(({ id, outcome }) => `${id} ${outcome}`)
  expectSame(
    'all records',
    records.toSorted(),
    model.written.map(({ id, what }) => `i${id} ${what}`).toSorted(),
  )
}

/** The ledger has no gap, never admits beyond a limit, and adds up to the counters. */
function checkLedger(ledger: readonly LedgerEntry[], model: Model): void {
  const sums = counters.map(() => ({ committed: 0, held: 0 }))
  for (const [index, entry] of ledger.entries()) {
    expectSame('the sequence of the ledger', entry.sequence, index + 1)
    for (const change of entry.changes) {
      const counter = counters.indexOf(change.counter)
      const sum = sums[counter]
      if (sum === undefined) throw new Error(`the ledger names ${change.counter}`)
      sum.committed += change.committed
      sum.held += change.held
      const limit = limits[counter] ?? Number.POSITIVE_INFINITY
      if (entry.operation === 'admit') {
        expectThat('what is admitted stays within its limit', sum.committed + sum.held <= limit)
      }
    }
  }
  expectSame(
    'the sums of the ledger',
    sums,
    counters.map((_, counter) => model.stateOf(counter)),
  )
}
