// How long a store takes for an attempt: one admit and one commit, as the handler makes them.
import type { Store } from '../../src/core/store.js'
import { claim, holdOf, recordOf } from '../../src/stores/conformance/world.js'

/** Microseconds of the median and of the slowest hundredth. */
export interface Pace {
  readonly p50: number
  readonly p99: number
}

/** Admits and commits one attempt after another, each over four counters and a rate. */
export async function measurePace(store: Store, attempts: number): Promise<Pace> {
  const claims = ['hour', 'day', 'month', 'total'].map((per) =>
    claim(10 ** 15, 100, 10, `usd/tenant/acme/${per}/now`),
  )
  const rates = [{ key: 'calls/acme', limit: 10 ** 12, windowMs: 60_000, amount: 1 }]
  const charge = { claims: [500, 500, 500, 500], rates: [1] }
  const times: number[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    const hold = holdOf(`attempt-${attempt}`, { claims, rates, least: 10, most: 1_000 })
    const record = recordOf(hold.id)
    const start = performance.now()
    await store.admit(hold)
    await store.commit(hold.id, charge, record)
    times.push((performance.now() - start) * 1_000)
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
