// Puts the parts of a handler together from its settings.

import { layeredPrices } from './catalogue/app-prices.js'
import { genaiPrices } from './catalogue/genai-prices.js'
import { ModelBook } from './catalogue/model-book.js'
import { cataloguePrices, snapshotPrices } from './catalogue/snapshot-prices.js'
import type { AdapterSurroundings } from './core/contracts.js'
import type { PriceSource } from './core/price.js'
import type { Store } from './core/store.js'
import { BudgetKeeper } from './cost/budget.js'
import { inTime } from './cost/in-time.js'
import { PriceBoard } from './cost/price-board.js'
import { Pricing } from './cost/pricing.js'
import type { SafeEmitter } from './events/emitter.js'
import { KeyFingerprints } from './keys/fingerprint.js'
import { KeyPool } from './keys/pool.js'
import { KeyResolver } from './keys/resolver.js'
import { ConnectAgents } from './net/connect-agents.js'
import type { HandlerSettings } from './options/handler-options.js'
import { warnSafely } from './options/warn-safely.js'
import { AbortListeners } from './pipeline/abort-listeners.js'
import { Contenders } from './pipeline/contenders.js'
import { allowAll, type Parts, type RoutingParts } from './pipeline/parts.js'
import { repairRequest } from './pipeline/repair.js'
import { ProviderRegistry } from './providers/registry.js'
import { Breaker, type BreakerChange } from './resilience/breaker.js'
import { HealthRecord } from './resilience/health.js'
import { RetryTokens } from './resilience/retry-tokens.js'
import { StreamingRefusals } from './resilience/streaming-refusals.js'
import { Turns } from './resilience/turns.js'
import { CalibratedClassifier } from './routing/classifier/calibrated.js'
import { CoolDowns } from './routing/cool-downs.js'
import { Headroom } from './routing/headroom.js'
import { Learned } from './routing/learned.js'
import { parseModelReference } from './routing/model-reference.js'
import { Sessions } from './routing/sticky.js'
import { memoryStore } from './stores/memory.js'

/** The parts of a handler, and those of them that it asks or closes itself. */
export interface Assembly {
  readonly parts: Parts
  readonly store: Store
  readonly pricing: Pricing
  readonly budget: BudgetKeeper
  readonly connectAgents: ConnectAgents
}

/** Puts a handler's parts together. Nothing is loaded, and nothing is sent. */
export function assemble(settings: HandlerSettings, emitter: SafeEmitter): Assembly {
  const { clock } = settings
  const { escalation, isLearning } = settings.choice.routing
  const connectAgents = new ConnectAgents()
  const store = settings.money.store ?? memoryStore({ clock })
  const book = new ModelBook(settings.catalogue)
  const prices = pricesOf(settings, store, book)
  const { unknownPrice, savingsBaseline } = settings.money
  const pricing = new Pricing({ clock, source: prices, unknownPrice, baseline: savingsBaseline })
  const budget = openBooks(settings, store, pricing, emitter)
  const parts: Parts = {
    clock,
    providers: new ProviderRegistry({
      settings: settings.providers,
      adapters: settings.adapters,
      keyed: [...settings.keys.keys()],
      limits: settings.limits,
      surroundings: { clock, ...fetching(settings.fetch, connectAgents) },
    }),
    keys: new KeyResolver(settings.keys),
    budget,
    keyPool: new KeyPool(clock, ({ retryAfterMs, ...change }) =>
      emitter.emit('health', { ...change, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }),
    ),
    retry: settings.retry,
    tokens: new RetryTokens(),
    breaker: new Breaker(settings.breaker, clock, (change) => tell(change, emitter)),
    turns: new Turns(settings.concurrency.maxWaiting),
    concurrency: settings.concurrency,
    health: new HealthRecord(clock),
    headroom: new Headroom({
      clock,
      limits: settings.choice.routing.minuteLimits,
      weightOf: ({ provider, model }) => book.find(provider, model)?.quotaWeight,
    }),
    sessions: new Sessions({ clock }),
    priceBoard: new PriceBoard(pricing),
    repair: repairRequest,
    windowOf: async ({ provider, model }) => {
      const known = (): number | undefined => book.find(provider, model)?.contextWindow
      const atHand = known() // the app's own figures are there before anything is loaded
      if (atHand !== undefined) return atHand
      await book.load().catch(() => undefined) // then the price table is all that is known besides
      const loaded = known()
      if (loaded !== undefined) return loaded
      const at = clock.date()
      await pricing.ready(provider, at)
      return pricing.find({ provider, model }, at)?.contextWindow
    },
    countTokens: settings.countTokens,
    governance: allowAll,
    escalation:
      escalation === undefined
        ? undefined
        : { policy: escalation, coolDowns: new CoolDowns(clock, escalation.coolDownMs) },
    learned: isLearning ? learnedIn(store, settings) : undefined,
    routing: routingParts(settings, book, budget),
    streamingRefusals: new StreamingRefusals(clock),
    aborts: new AbortListeners(),
    emitter,
    newId: (prefix) => `${prefix}_${randomName(() => clock.random())}`,
  }
  return { parts, store, pricing, budget, connectAgents }
}

function routingParts(
  { choice }: HandlerSettings,
  models: ModelBook,
  { cacheHits }: BudgetKeeper,
): RoutingParts {
  return {
    policy: choice.routing,
    tenants: choice.tenants,
    classifier: new CalibratedClassifier(choice.routing),
    appClassifier: choice.classifier,
    models,
    contenders: new Contenders(models),
    cacheHits,
  }
}

function openBooks(
  { money, clock }: HandlerSettings,
  store: Store,
  pricing: Pricing,
  emitter: SafeEmitter,
): BudgetKeeper {
  const { budgets, rateLimits, approve, onStoreError, redact } = money
  const fingerprints = new KeyFingerprints(money.fingerprintSecret)
  return new BudgetKeeper({
    clock,
    store,
    pricing,
    limits: budgets,
    rateLimits,
    approve,
    onStoreError,
    redact,
    fingerprint: (secret) => fingerprints.of(secret),
    onAlert: ({ budget, share, facts }) => emitter.emit('budget-alert', { ...facts.labels, budget, share }),
    onStoreFailure: ({ labels }, what) => {
      const message = storeFailures[what]
      emitter.emit('warning', { ...labels, warning: { code: 'store-unavailable', message } })
    },
  })
}

const storeFailures = {
  unbooked: 'The store could not be reached: the call went on, and is not booked.',
  late: 'The store could not be reached: what the call cost is booked later.',
  lost: 'The store has forgotten what it held for the call: what it cost is not booked.',
} as const

/** The app's own prices, the known ones, and those of the snapshot. A table that was fetched is kept in the store. */
function pricesOf(
  { money, fetch, clock, catalogue }: HandlerSettings,
  store: Store,
  book: ModelBook,
): PriceSource {
  const keeper = {
    read: async () => (await store.get('prices', 'genai'))?.value,
    write: async (text: string) => void (await store.set('prices', 'genai', text)),
  }
  const known = genaiPrices({ clock, keeper, ...(fetch === undefined ? {} : { fetch }) })
  const sources = [money.prices, cataloguePrices(catalogue), known, snapshotPrices(book)]
  return layeredPrices(...sources.filter((source) => source !== undefined))
}

/** What was learned stands in the store; one that fails costs nothing but what it holds. */
function learnedIn(store: Store, { clock, logger }: HandlerSettings): Learned {
  let isTold = false
  return new Learned({
    clock,
    store: {
      get: (collection, key) => inTime(clock, () => store.get(collection, key)),
      set: (...record) => inTime(clock, () => store.set(...record)),
      list: (collection) => inTime(clock, () => store.list(collection)),
    },
    onTrouble: (error) => {
      if (isTold) return
      isTold = true
      warnSafely(logger, 'What was learned of models could not be kept in the store.', error)
    },
  })
}

/** How an app's own fetch connects is its own affair. */
function fetching(
  own: HandlerSettings['fetch'],
  connectAgents: ConnectAgents,
): Omit<AdapterSurroundings, 'clock'> {
  return own === undefined
    ? { fetch: globalThis.fetch, agentFor: (connectMs) => connectAgents.agentFor(connectMs) }
    : { fetch: own }
}

function tell({ name, state, error, retryAfterMs }: BreakerChange, emitter: SafeEmitter): void {
  emitter.emit('health', {
    ...parseModelReference(name, 'model'),
    state,
    ...(error === undefined ? {} : { reason: error.code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** Sixteen letters and digits: enough that two requests never share a name. */
function randomName(random: () => number): string {
  let name = ''
  while (name.length < 16) name += Math.floor(random() * 36).toString(36)
  return name
}
