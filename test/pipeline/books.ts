// The pipeline with books that can be read: every part a plain one, or one of a test's own.

import type { ProviderAdapter } from '../../src/core/contracts.js'
import { AttemptLedger } from '../../src/cost/ledger.js'
import { unknownPrices } from '../../src/cost/price.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import { KeyResolver } from '../../src/keys/resolver.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { AbortListeners } from '../../src/pipeline/abort-listeners.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { allowAll, keepOrder, noRepair, noRetry, type Parts } from '../../src/pipeline/parts.js'
import { run } from '../../src/pipeline/run.js'
import { StreamingRefusals } from '../../src/resilience/streaming-refusals.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

/** The parts of a handler, with books that can be read. */
export function booksOf(
  adapter: ProviderAdapter,
  ledger: AttemptLedger = new AttemptLedger(),
  other: Partial<Parts> = {},
) {
  const clock = new FakeClock()
  const verdicts: string[] = []
  const entry = { id: adapter.id, adapter, needsKey: false, defaultModel: 'm', streams: true }
  let names = 0
  const parts: Parts = {
    clock,
    providers: { get: () => entry, configured: () => [adapter.id] },
    keys: new KeyResolver(new Map()),
    budget: ledger,
    prices: unknownPrices,
    retry: noRetry,
    breaker: {
      acquire: () => {
        const index = verdicts.push('') - 1
        const say = (verdict: string) => () => {
          verdicts[index] += verdict
        }
        return { success: say('success'), failure: say('failure'), ignore: say('ignore') }
      },
    },
    repair: noRepair,
    governance: allowAll,
    reRank: keepOrder,
    streamingRefusals: new StreamingRefusals(clock),
    aborts: new AbortListeners(),
    emitter: new SafeEmitter(() => undefined),
    newId: (prefix) => `${prefix}_${names++}`,
    ...other,
  }
  const prepare = (model: string | string[], commit: 'first-output' | 'done' = 'first-output') =>
    new RequestContext(
      prepareRequest({ model, prompt: 'x' }, 'streamCompletion', checkHandlerOptions({ clock }), 'req_1'),
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
