// What an open breaker adds to a call that another model answers.

import { OutageStage } from './outage.js'

/** Milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** The same calls to the healthy provider, alone and behind one whose breaker is open, in turn. */
export interface BreakerLatency {
  readonly calls: number
  readonly direct: Latency
  readonly behindOpen: Latency
}

/** Opens a breaker, and measures; `isRight` where the dead provider was not asked meanwhile. */
export async function breakerLatency(calls = 2_000): Promise<BreakerLatency & { readonly isRight: boolean }> {
  const stage = await OutageStage.start('answers 503', {
    retry: { maxRetries: 0 },
    breaker: { openMs: 600_000, maxOpenMs: 600_000 },
  })
  try {
    for (let call = 0; call < 10; call += 1) await stage.ask(['dead/m', 'alive/m'])
    for (let call = 0; call < 200; call += 1) await stage.ask('alive/m')
    const direct: number[] = []
    const behindOpen: number[] = []
    const hitsBefore = stage.deadHits
    for (let call = 0; call < calls; call += 1) {
      direct.push(await timed(() => stage.ask('alive/m')))
      behindOpen.push(await timed(() => stage.ask(['dead/m', 'alive/m'])))
    }
    const isRight = stage.deadHits === hitsBefore
    return { calls, direct: percentiles(direct), behindOpen: percentiles(behindOpen), isRight }
  } finally {
    await stage.close()
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedOn = performance.now()
  await work()
  return performance.now() - startedOn
}

function percentiles(durations: readonly number[]): Latency {
  const sorted = [...durations].sort((left, right) => left - right)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
