// The suite that every store passes, for ours and for those that apps write themselves.

import type { Store } from '../core/store.js'
import { holdTrials } from './conformance/holds.js'
import { rateTrials } from './conformance/rates.js'
import { recordTrials } from './conformance/records.js'
import { restartTrials } from './conformance/restart.js'
import { settlingTrials } from './conformance/settling.js'
import { timeTrials } from './conformance/time.js'
import type { World } from './conformance/world.js'

/** How the suite comes by stores, and moves their time. */
export interface StoreConformanceOptions {
  /** Opens a store with nothing in it; called once a case. */
  readonly open: () => Store | Promise<Store>
  /** Another client of the store that was opened last, as another process would have it. @default the same store */
  readonly another?: (store: Store) => Store | Promise<Store>
  /** Closes the store that was opened last, and opens it again with what it has kept. Absent: nothing outlasts it. */
  readonly reopen?: (store: Store) => Store | Promise<Store>
  /** Moves the store's time on. @default the suite waits in real time */
  readonly advance?: (ms: number) => void | Promise<void>
  /** The store's date in milliseconds since 1970. @default `Date.now` */
  readonly date?: () => number
  /** How long the holds stand whose end the suite waits for. @default 60,000 with `advance`, else 300 */
  readonly shortMs?: number
}

/** One promise of the contract. `run` rejects, saying what was expected, where the store does not keep it. */
export interface StoreConformanceCase {
  /** A sentence, unique in the suite. */
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * The promises of the contract `Store`, one case each, for any test framework. Cases are independent of each other, but
 * run one after another. Every store that a case has opened is closed at its end. All counters belong to the tenant `acme`.
 *
 * @example
 * for (const { name, run } of storeConformance({ open: () => myStore() })) test(name, run)
 */
export function storeConformance(options: StoreConformanceOptions): readonly StoreConformanceCase[] {
  const trials = [
    ...holdTrials,
    ...rateTrials,
    ...settlingTrials,
    ...timeTrials,
    ...recordTrials,
    ...restartTrials,
  ]
  return trials.map(([name, run]) => ({ name, run: () => runIn(options, run) }))
}

async function runIn(options: StoreConformanceOptions, run: (world: World) => Promise<void>): Promise<void> {
  const { advance, another, reopen, date = Date.now } = options
  const store = await options.open()
  const opened = new Set([store])
  const keep = (next: Store): Store => {
    opened.add(next)
    return next
  }
  let failure: { readonly error: unknown } | undefined
  try {
    await run({
      store,
      another: async () => (another === undefined ? store : keep(await another(store))),
      ...(reopen !== undefined && { reopen: async () => keep(await reopen(store)) }),
      wait: async (ms) => {
        if (advance !== undefined) await advance(Math.ceil(ms))
        else await new Promise((resolve) => setTimeout(resolve, Math.min(Math.ceil(ms), maxWaitMs)))
      },
      date,
      shortMs: options.shortMs ?? (advance === undefined ? 300 : 60_000),
      isTimeFree: advance !== undefined,
    })
  } catch (error) {
    failure = { error }
  }
  const endings = await Promise.allSettled([...opened].map((each) => each.close()))
  if (failure !== undefined) throw failure.error
  for (const ending of endings) if (ending.status === 'rejected') throw ending.reason
}

/** No case waits longer in one go: a store that answers a wait of days is wrong, and should not hang the suite. */
const maxWaitMs = 10_000
