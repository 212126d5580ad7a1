// The chaos soak: many callers who come and go, three providers in moods, and everything counted.

import { getEventListeners } from 'node:events'
import type { Store } from '../../src/core/store.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { holdOf, recordOf } from '../../src/stores/conformance/world.js'
import { memoryStore } from '../../src/stores/memory.js'
import { Awake } from './awake.js'
import { Books } from './books.js'
import { type CallEnd, drawCall, graceMs, makeCall } from './call.js'
import { chanceOf } from './chance.js'
import { CountingClock } from './counting-clock.js'
import { Gauges } from './gauges.js'
import { type Finding, finding } from './outage.js'
import { Providers } from './providers.js'
import {
  callHeader,
  dialectsOfProviders,
  type ProviderName,
  type ProvidersReport,
  providerNames,
} from './providers-process.js'

/** How large a soak is. */
export interface ChaosSize {
  readonly calls: number
  readonly atOnce: number
  readonly seed: number
  /** The calls are made in so many parts; behind each, everything must have come back. */
  readonly parts: number
}

/** What came of it. */
export interface ChaosResult {
  readonly findings: readonly Finding[]
  readonly faults: readonly string[]
  /** How often each ending came. */
  readonly endings: ReadonlyMap<string, number>
  readonly moods: ReadonlyMap<string, number>
  /** Heap behind each part, in bytes, where it could be collected first. */
  readonly heap: readonly number[]
  readonly seconds: number
}

/** Short waits, so that many calls fit into few minutes; breakers that open and come back within them. */
function optionsFor(
  urls: Readonly<Record<ProviderName, string>>,
  clock: CountingClock,
  books: Books,
): HandlerOptions {
  const keysOf = (name: string) => ['a', 'b'].map((id) => ({ id, value: `test-key-${name}-${id}-0001` }))
  return {
    clock,
    fetch: books.fetch,
    keys: Object.fromEntries(providerNames.map((name) => [name, keysOf(name)])),
    providers: Object.fromEntries(
      providerNames.map((name) => {
        const dialect = dialectsOfProviders[name]
        return [
          name,
          { dialect, baseURL: dialect === 'anthropic-messages' ? urls[name] : `${urls[name]}/v1` },
        ]
      }),
    ),
    retry: { baseMs: 15, throttleBaseMs: 30, maxMs: 100 },
    breaker: {
      consecutiveFailures: 8,
      failureRate: 0.8,
      minimumCalls: 20,
      windowMs: 2_000,
      openMs: 100,
      maxOpenMs: 300,
    },
    concurrency: { perProvider: 24, perTenant: 14, maxWaiting: 10 },
  }
}

/** Runs it. `collect` forces a collection of garbage, where the process allows it. */
export async function chaos(size: ChaosSize, collect?: () => void): Promise<ChaosResult> {
  const startedOn = performance.now()
  const socketsBefore = ownSockets()
  const gauges = new Gauges()
  const providers = await Providers.start(size.seed)
  const soak = new Soak(size, providers)
  const heap: number[] = []
  try {
    await soak.warmUp()
    for (let part = 0; part < size.parts; part += 1) {
      await soak.runPart(part)
      if (collect !== undefined) heap.push(await collected(collect))
    }
    await soak.close()
    await closeIdleConnections()
    await until(async () => (await providers.report()).sockets === 0 && ownSockets() <= socketsBefore, 2_000)
    // The end of a finished body is awaited for a tenth of a second, so that its connection can be used again.
    await until(async () => soak.pendingTimers === 0, 500)
    const { sockets } = await providers.report()
    const findings = [
      ...soak.findings(),
      finding('open sockets at the providers at the end', sockets, [0, 0]),
      finding('open sockets of this process at the end', Math.max(0, ownSockets() - socketsBefore), [0, 0]),
      finding('permits still out', gauges.permits, [0, 0]),
      finding('permits ended twice', gauges.endedTwice, [0, 0]),
      finding('places in line still taken', gauges.turns, [0, 0]),
      ...heapFinding(heap),
    ]
    const { faults, endings, moods } = soak
    return { findings, faults, endings, moods, heap, seconds: (performance.now() - startedOn) / 1_000 }
  } finally {
    gauges.remove()
    await providers.end()
  }
}

class Soak {
  readonly faults: string[] = []
  readonly endings = new Map<string, number>()
  readonly moods = new Map<string, number>()
  readonly #size: ChaosSize
  readonly #providers: Providers
  readonly #books = new Books()
  readonly #awake = new Awake()
  readonly #clock: CountingClock
  readonly #handlers: readonly BYOKHandler[]
  readonly #store = memoryStore({ keepRecords: 1_000 })
  readonly #shared = new AbortController()
  #mostListeners = 0
  #longestOverMs = 0
  #typed = 0
  #hits = 0
  #attempts = 0
  #leftOver = 0

  constructor(size: ChaosSize, providers: Providers) {
    this.#size = size
    this.#providers = providers
    this.#clock = new CountingClock(chanceOf(size.seed, -1))
    const options = { ...optionsFor(providers.urls, this.#clock, this.#books), store: this.#store }
    this.#handlers = [
      new BYOKHandler(options),
      new BYOKHandler({ ...options, failover: { midStream: 'restart' } }),
    ]
    for (const handler of this.#handlers) this.#books.listenTo(handler)
  }

  /** Loads what is loaded with the first request to each provider, which stops everything else for a while. */
  async warmUp(): Promise<void> {
    await fill(this.#store)
    for (const [index, handler] of this.#handlers.entries()) {
      for (const provider of providerNames) {
        const request = {
          model: `${provider}/m`,
          prompt: 'x',
          headers: { [callHeader]: `${this.#size.calls + index}` },
        }
        await handler.generateResponse(request).catch(() => undefined)
      }
    }
    const { hits } = await this.#providers.report()
    this.#books.close([], hits)
  }

  /** Some of the calls, so many at once; then everything is compared, and must have come back. */
  async runPart(part: number): Promise<void> {
    const { calls, parts, atOnce } = this.#size
    const ends: CallEnd[] = []
    const last = Math.floor((calls * (part + 1)) / parts)
    let next = Math.floor((calls * part) / parts)
    const worker = async (): Promise<void> => {
      while (next < last) ends.push(await this.#call(next++))
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const reports: ProvidersReport[] = []
    await until(async () => {
      reports.push(await this.#providers.report())
      return reports.at(-1)?.underWay === 0
    }, 1_000)
    this.#compare(ends, reports)
    // The heap is to show what the library keeps: a stack that is never read holds on to the frames of its callers.
    ends.length = 0
    reports.length = 0
  }

  async close(): Promise<void> {
    this.#awake.stop()
    await Promise.all(this.#handlers.map((handler) => handler.close()))
  }

  get pendingTimers(): number {
    return this.#clock.pendingTimers
  }

  findings(): Finding[] {
    const { calls } = this.#size
    return [
      finding('calls that ended in an answer, a typed error, or because their caller left', this.#typed, [
        calls,
        calls,
      ]),
      finding('promises broken, call by call', this.faults.length, [0, 0]),
      finding('requests that the providers saw, each of one attempt', this.#hits, [
        calls / 2,
        this.#attempts,
      ]),
      finding('requests still under way behind a part', this.#leftOver, [0, 0]),
      finding('most milliseconds beyond a deadline', Math.max(0, Math.round(this.#longestOverMs)), [
        0,
        graceMs,
      ]),
      finding('most listeners on the signal of many calls', this.#mostListeners, [1, this.#handlers.length]),
      finding('listeners on it at the end', this.#listeners(), [0, 0]),
      finding(`pending timers at the end${this.#clock.describePending()}`, this.pendingTimers, [0, 0]),
    ]
  }

  async #call(number: number): Promise<CallEnd> {
    const call = drawCall(number, chanceOf(this.#size.seed, number))
    const handler = this.#handlers[number % this.#handlers.length]
    if (handler === undefined) throw new Error('there is no handler')
    const end = await makeCall(handler, call, this.#shared.signal, this.#awake)
    // Who was refused at once does not come back at once, or most calls would be those that find a door shut.
    if (end.code === 'circuit-open') await new Promise((resolve) => setTimeout(resolve, 40))
    this.#mostListeners = Math.max(this.#mostListeners, this.#listeners())
    return end
  }

  #compare(ends: readonly CallEnd[], reports: readonly ProvidersReport[]): void {
    const hits = reports.flatMap((report) => report.hits)
    const { faults, counts } = this.#books.close(ends, hits)
    this.#hits += counts.hits
    this.#attempts += counts.attempts
    this.#leftOver += reports.at(-1)?.underWay ?? 0
    this.faults.push(...faults)
    for (const { mood } of hits) count(this.moods, mood)
    for (const { call, code, kind, faults: broken, overMs } of ends) {
      count(this.endings, kind === 'error' ? code : kind)
      if (code !== 'strange') this.#typed += 1
      this.#longestOverMs = Math.max(this.#longestOverMs, overMs)
      this.faults.push(
        ...broken.map((fault) => `call ${call.number} (${call.way}, ${call.leaving}): ${fault}`),
      )
    }
  }

  #listeners(): number {
    return getEventListeners(this.#shared.signal, 'abort').length
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Where Node keeps the pool behind its `fetch`. */
const poolKey = Symbol.for('undici.globalDispatcher.1')

/**
 * Puts a new pool in the place of the one behind `fetch`, and closes that: what is idle goes, also a connection whose
 * request was given up before it was open, which the pool would keep for the next one. What is in use stays, and is seen.
 */
async function closeIdleConnections(): Promise<void> {
  const place = globalThis as unknown as Record<symbol, Pool | undefined> // undici puts it there, untyped
  const pool = place[poolKey]
  if (pool === undefined) return
  place[poolKey] = new pool.constructor()
  await Promise.race([pool.close(), new Promise((resolve) => setTimeout(resolve, 2_000))])
}

interface Pool {
  readonly constructor: new () => Pool
  close(): Promise<void>
}

function ownSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** What a store keeps by intention (its newest records, the ids settled last) it has from the start, so that no growth is due to it. */
async function fill(store: Store): Promise<void> {
  for (let number = 0; number < 12_000; number += 1) {
    const hold = holdOf(`before all ${number}`, { claims: [] })
    await store.admit(hold)
    await store.commit(hold.id, { claims: [], rates: [] }, recordOf(hold.id))
  }
}

/** The heap, when it stops shrinking: finalizers run between collections. */
async function collected(collect: () => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

function heapFinding(heap: readonly number[]): Finding[] {
  const early = heap[Math.ceil(heap.length / 5) - 1]
  const late = heap.at(-1)
  if (early === undefined || late === undefined) return []
  return [finding('heap at the end, in percent of that at 20 %', Math.round((100 * late) / early), [0, 110])]
}

/** Waits for something, but not for ever: whoever asks looks again. */
async function until(isTrue: () => Promise<boolean>, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await isTrue()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10))
}
