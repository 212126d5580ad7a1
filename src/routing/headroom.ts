// How much each key may still use of each model this minute.

import type { Clock } from '../core/clock.js'
import type { RateLimits } from '../core/rate-limits.js'
import type { Secret } from '../core/secret.js'
import { Allowance } from './allowance.js'
import { type ModelReference, nameOf } from './model-reference.js'
import type { MinuteLimits } from './policy.js'

/** A key by its name. The secret tells two keys apart that have had the same name; nothing of it is kept as text. */
export interface NamedKey {
  readonly id: string
  readonly secret?: Secret
}

/** Whose allowance is meant: that of a key for a model. */
export interface HeadroomSubject extends ModelReference {
  /** Whose key it is. Absent: the app's own, which serves all tenants. */
  readonly tenant?: string | undefined
  readonly key: NamedKey
}

/** What a call has used. */
export interface CallUse {
  readonly requests?: number
  readonly tokens?: number
}

/** What headroom stands on. */
export interface HeadroomOptions {
  readonly clock: Clock
  /** What the app knows of its limits, by `provider` or `provider/model`; the latter goes before the former. */
  readonly limits?: ReadonlyMap<string, MinuteLimits>
  /** How many ordinary calls a call of the model counts for: its tokens are multiplied by it. @default 1 */
  readonly weightOf?: (model: ModelReference) => number | undefined
  /** Models and keys that are remembered; the one that was used longest ago is forgotten first. @default 10,000 */
  readonly subjects?: number
}

/** An allowance, and where it stands. */
interface Known {
  readonly provider: string
  readonly model: string
  readonly tenant: string | undefined
  readonly key: NamedKey
  readonly allowance: Allowance
}

type ByKey = Map<string, Known>
type ByTenant = Map<string | undefined, ByKey>
type ByModel = Map<string, ByTenant>

/**
 * Headroom: 1 − the fuller of requests by their limit and weighted tokens by theirs, over the last 60 seconds, for each
 * provider, model and key. Where no limit is known it is 1. A key that took the place of another under its name begins
 * anew.
 */
export class Headroom {
  readonly #options: HeadroomOptions
  readonly #providers = new Map<string, ByModel>()
  /** The one that was used last stands last. */
  readonly #inOrder = new Set<Known>()

  constructor(options: HeadroomOptions) {
    this.#options = options
  }

  /** Nobody has been asked yet: everything is left of everything. */
  get isUnused(): boolean {
    return this.#providers.size === 0
  }

  /** Whether anybody has asked this model. Where nobody has, everything is left of it. */
  knows({ provider, model }: ModelReference): boolean {
    return this.#providers.get(provider)?.has(model) === true
  }

  /**
   * Counts what a call has used: a request when it begins, its tokens when they are known. `begunAt` (of the clock's
   * `now()`) says when it began, where that was earlier.
   */
  note(subject: HeadroomSubject, { requests = 0, tokens = 0 }: CallUse, begunAt?: number): void {
    const now = this.#options.clock.now()
    const weight = tokens > 0 ? (this.#options.weightOf?.(subject) ?? 1) : 1
    this.#touch(subject).note(requests, tokens * weight, begunAt ?? now, now)
  }

  /** Takes what a provider tells of its limits. Values that mean nothing are passed over. */
  learn(subject: HeadroomSubject, limits: RateLimits): void {
    this.#touch(subject).learn(limits, this.#options.clock.now())
  }

  /** From 0 (used up: do not ask) to 1 (untouched, or no limit is known). Changes nothing. */
  of(subject: HeadroomSubject): number {
    const models = this.#providers.get(subject.provider)
    if (models === undefined) return 1
    const known = models.get(subject.model)?.get(subject.tenant)?.get(subject.key.id)
    if (known === undefined || !known.allowance.isLimited || !isSameKey(known.key, subject.key)) return 1
    return known.allowance.headroom(this.#options.clock.now())
  }

  #touch(subject: HeadroomSubject): Allowance {
    const { provider, model, tenant, key } = subject
    const keys = within(within(within(this.#providers, provider), model), tenant)
    const before = keys.get(key.id)
    if (before !== undefined) this.#inOrder.delete(before)
    const known =
      before !== undefined && isSameKey(before.key, key)
        ? before
        : { provider, model, tenant, key, allowance: new Allowance(this.#limitsOf(subject)) }
    keys.set(key.id, known)
    this.#inOrder.add(known)
    const [oldest] = this.#inOrder
    if (this.#inOrder.size > (this.#options.subjects ?? 10_000) && oldest !== undefined) this.#forget(oldest)
    return known.allowance
  }

  #limitsOf(subject: ModelReference): MinuteLimits {
    const { limits } = this.#options
    return { ...limits?.get(subject.provider), ...limits?.get(nameOf(subject)) }
  }

  /** Leaves no empty map behind. */
  #forget(known: Known): void {
    const { provider, model, tenant, key } = known
    this.#inOrder.delete(known)
    const models = this.#providers.get(provider)
    const tenants = models?.get(model)
    const keys = tenants?.get(tenant)
    keys?.delete(key.id)
    if (keys?.size === 0) tenants?.delete(tenant)
    if (tenants?.size === 0) models?.delete(model)
    if (models?.size === 0) this.#providers.delete(provider)
  }
}

/** The map that stands in another under a name, made where there is none. */
function within<Name, Inner, Value>(maps: Map<Name, Map<Inner, Value>>, name: Name): Map<Inner, Value> {
  const there = maps.get(name)
  if (there !== undefined) return there
  const made = new Map<Inner, Value>()
  maps.set(name, made)
  return made
}

function isSameKey(one: NamedKey, other: NamedKey): boolean {
  if (one.secret === other.secret) return true
  return one.secret !== undefined && other.secret !== undefined && one.secret.isSameAs(other.secret)
}
