// A provider that is down, and a thousand calls begun at once: how often it is asked all the same.

import { type ByokError, isByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { startUpstream, type Upstream } from '../../src/testing/upstream.js'

/** Ways to be down. */
export const outages = {
  'answers 503': reply.status(503),
  'resets connections': reply.refuse(),
} as const satisfies Readonly<Record<string, Reply>>

export type OutageName = keyof typeof outages

/** What became of some calls that were begun at once. */
export interface Wave {
  readonly answers: number
  readonly errors: readonly ByokError[]
  /** What was thrown and is none of our errors. */
  readonly strange: readonly unknown[]
  /** How often the dead provider was asked meanwhile. */
  readonly deadHits: number
}

/** A dead provider beside a healthy one, and a handler with the usual retries and the fallback on. */
export class OutageStage {
  readonly #dead: Upstream
  readonly #alive: Upstream
  readonly #handler: BYOKHandler
  /** How often a breaker has let a call through to see whether the provider is back. */
  probes = 0

  private constructor(dead: Upstream, alive: Upstream, options: HandlerOptions) {
    this.#dead = dead
    this.#alive = alive
    this.#handler = new BYOKHandler({
      ...options,
      keys: { dead: 'test-key-dead-0001', alive: 'test-key-alive-0001' },
      providers: { dead: { baseURL: `${dead.url}/v1` }, alive: { baseURL: `${alive.url}/v1` } },
    })
    this.#handler.on('health', ({ provider, state }) => {
      if (provider === 'dead' && state === 'half-open') this.probes += 1
    })
  }

  static async start(outage: OutageName, options: HandlerOptions = {}): Promise<OutageStage> {
    const dead = await startUpstream([outages[outage]])
    const alive = await startUpstream([reply.chat()])
    return new OutageStage(dead, alive, options)
  }

  /** Begins so many calls at once, half of them streams, and waits for all of them. */
  async wave(calls: number, model: string | readonly string[]): Promise<Wave> {
    const hitsBefore = this.#dead.hits()
    const errors: ByokError[] = []
    const strange: unknown[] = []
    let answers = 0
    const call = async (index: number): Promise<void> => {
      try {
        await this.ask(model, index % 2 === 0)
        answers += 1
      } catch (error) {
        if (isByokError(error)) errors.push(error)
        else strange.push(error)
      }
    }
    await Promise.all(Array.from({ length: calls }, (_, index) => call(index)))
    return { answers, errors, strange, deadHits: this.#dead.hits() - hitsBefore }
  }

  /** How often the dead provider has been asked. */
  get deadHits(): number {
    return this.#dead.hits()
  }

  async ask(model: string | readonly string[], isStream = false): Promise<void> {
    const request = { model, prompt: 'x' }
    if (!isStream) await this.#handler.generateResponse(request)
    else for await (const _event of this.#handler.streamCompletion(request));
  }

  async close(): Promise<void> {
    await this.#handler.close()
    await Promise.all([this.#dead.close(), this.#alive.close()])
  }
}

/** What was measured, what was promised, and whether it holds. */
export interface Finding {
  readonly what: string
  readonly measured: string
  readonly promised: string
  readonly holds: boolean
}

/** More calls than this reach nobody twice: 500 tokens in the purse, 14 for each extra request. */
const mostExtra = 35

/** Nobody else could answer: the outage is hardly amplified, and once the breaker is open nothing is sent at all. */
export async function outageAlone(outage: OutageName, calls = 1_000): Promise<Finding[]> {
  const stage = await OutageStage.start(outage)
  try {
    const first = await stage.wave(calls, 'dead/m')
    const second = await stage.wave(calls, 'dead/m')
    const refusals = second.errors.filter(
      ({ code, retryAfterMs }) => code === 'circuit-open' && retryAfterMs !== undefined && retryAfterMs > 0,
    )
    const codes = [...new Set(second.errors.map(({ code }) => code))].join(', ')
    return [
      finding(`dead provider ${outage}: requests of ${calls} calls`, first.deadHits, [
        calls,
        calls + mostExtra,
      ]),
      finding(`… calls that ended in a typed error`, first.errors.length, [calls, calls]),
      finding(`… requests of ${calls} more, breaker open`, second.deadHits, [0, 0]),
      finding(`… of them told when to come back (${codes})`, refusals.length, [calls, calls]),
    ]
  } finally {
    await stage.close()
  }
}

/** Somebody else can answer: no call fails, and once the breaker is open only probes ask the dead one. */
export async function outageWithAlternative(outage: OutageName, calls = 1_000): Promise<Finding[]> {
  const stage = await OutageStage.start(outage, { breaker: { openMs: 100, maxOpenMs: 200 } })
  const model = ['dead/m', 'alive/m']
  try {
    const first = await stage.wave(calls, model)
    const probesBefore = stage.probes
    const later: Wave[] = []
    while (later.length < 10 || stage.probes - probesBefore < 3) {
      later.push(await stage.wave(25, model))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const waves = [first, ...later]
    const asked = waves.reduce(
      (sum, { answers, errors, strange }) => sum + answers + errors.length + strange.length,
      0,
    )
    const failed = asked - waves.reduce((sum, { answers }) => sum + answers, 0)
    const deadHits = later.reduce((sum, wave) => sum + wave.deadHits, 0)
    const probes = stage.probes - probesBefore
    return [
      finding(`dead provider ${outage}, with an alternative: failed of ${asked} calls`, failed, [0, 0]),
      finding(`… requests of the first ${calls}`, first.deadHits, [0, calls + mostExtra]),
      finding(`… requests to it behind that, with ${probes} probes`, deadHits, [probes, probes]),
    ]
  } finally {
    await stage.close()
  }
}

/** A number and the bounds in which it must lie. */
export function finding(what: string, value: number, [least, most]: readonly [number, number]): Finding {
  const promised = least === most ? `${most}` : `${least} to ${most}`
  return { what, measured: `${value}`, promised, holds: value >= least && value <= most }
}
