// The pipeline with books that can be read: every part a plain one, or one of a test's own.

import type { ProviderAdapter } from '../../src/core/contracts.js'
import { CacheHits } from '../../src/cost/cache-hits.js'
import { PriceBoard } from '../../src/cost/price-board.js'
import { Pricing } from '../../src/cost/pricing.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import { KeyPool } from '../../src/keys/pool.js'
import { KeyResolver } from '../../src/keys/resolver.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { AbortListeners } from '../../src/pipeline/abort-listeners.js'
import { Contenders, noModels } from '../../src/pipeline/contenders.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { allowAll, type Parts, type RoutingParts } from '../../src/pipeline/parts.js'
import { repairRequest } from '../../src/pipeline/repair.js'
import { run } from '../../src/pipeline/run.js'
import { Breaker, type BreakerOptions, type Permit } from '../../src/resilience/breaker.js'
import { HealthRecord } from '../../src/resilience/health.js'
import { RetryTokens } from '../../src/resilience/retry-tokens.js'
import { StreamingRefusals } from '../../src/resilience/streaming-refusals.js'
import { Turns } from '../../src/resilience/turns.js'
import { CalibratedClassifier } from '../../src/routing/classifier/calibrated.js'
import { Headroom } from '../../src/routing/headroom.js'
import { Sessions } from '../../src/routing/sticky.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { AttemptLedger } from './attempt-ledger.js'

/** A breaker that never opens, and writes down how each permit was ended. */
class WatchedBreaker extends Breaker {
  readonly #verdicts: string[]

  constructor(options: BreakerOptions, clock: FakeClock, verdicts: string[]) {
    super({ ...options, consecutiveFailures: 1e9, minimumCalls: 1e9 }, clock, () => undefined)
    this.#verdicts = verdicts
  }

  override acquire(): Permit {
    const index = this.#verdicts.push('') - 1
    const say = (verdict: string) => () => {
      this.#verdicts[index] += verdict
    }
    return { success: say('success'), failure: say('failure'), ignore: say('ignore') }
  }
}

/** Routing that knows no model. */
export function plainRouting(other: Partial<RoutingParts> = {}): RoutingParts {
  const { routing } = checkHandlerOptions({}).choice
  return {
    policy: routing,
    tenants: undefined,
    classifier: new CalibratedClassifier(routing),
    appClassifier: undefined,
    models: noModels,
    contenders: new Contenders(noModels),
    cacheHits: new CacheHits(),
    ...other,
  }
}

/** The parts of a handler, with books that can be read. */
export function booksOf(
  adapter: ProviderAdapter,
  ledger: AttemptLedger = new AttemptLedger(),
  other: Partial<Parts> = {},
) {
  const clock = new FakeClock()
  const verdicts: string[] = []
  const settings = checkHandlerOptions({ clock })
  const entry = { id: adapter.id, adapter, needsKey: false, defaultModel: 'm', streams: true }
  let names = 0
  const parts: Parts = {
    clock,
    providers: { get: () => entry, configured: () => [adapter.id] },
    keys: new KeyResolver(new Map()),
    budget: ledger,
    keyPool: new KeyPool(clock, () => undefined),
    retry: { ...settings.retry, maxRetries: 0 },
    tokens: new RetryTokens(),
    breaker: new WatchedBreaker(settings.breaker, clock, verdicts),
    turns: new Turns(100),
    concurrency: settings.concurrency,
    health: new HealthRecord(clock),
    headroom: new Headroom({ clock }),
    sessions: new Sessions({ clock }),
    priceBoard: new PriceBoard(
      new Pricing({
        clock,
        source: { find: () => undefined },
        unknownPrice: 'deny',
        baseline: { provider: adapter.id, model: 'm' },
      }),
    ),
    repair: repairRequest,
    windowOf: async () => undefined,
    governance: allowAll,
    escalation: undefined,
    learned: undefined,
    routing: plainRouting(),
    streamingRefusals: new StreamingRefusals(clock),
    aborts: new AbortListeners(),
    emitter: new SafeEmitter(() => undefined),
    newId: (prefix) => `${prefix}_${names++}`,
    ...other,
  }
  const prepare = (model: string | string[], commit: 'first-output' | 'done' = 'first-output') =>
    new RequestContext(
      prepareRequest({ model, prompt: 'x' }, 'streamCompletion', settings, 'req_1'),
      parts,
      commit,
    )
  return { parts, ledger, verdicts, prepare, clock }
}

/** How a request ended: `answered`, or the code of its error. */
export async function drain(context: RequestContext): Promise<string> {
  try {
    await run(context)
    return 'answered'
  } catch (error) {
    return (error as { code: string }).code // the pipeline throws nothing else
  }
}
