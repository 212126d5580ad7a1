// Several keys for one provider: which of them may be used now, and until when the others may not.

import type { Clock } from '../core/clock.js'
import type { ErrorCode } from '../core/error-code.js'
import { ByokError } from '../core/errors.js'
import { forEveryone } from '../resilience/shared-error.js'
import type { PooledKey } from './pooled-key.js'

/** A key, or a key for one model, that is out of use for a while. */
export interface KeyState {
  readonly provider: string
  /** The app's own name for the key. */
  readonly key: string
  /** Absent where the key is out of use for every model. */
  readonly model?: string
  /** `resting`: it was used too often. `parked`: it was refused. */
  readonly state: 'ready' | 'resting' | 'parked'
  /** What put it out of use. */
  readonly reason?: ErrorCode
  /** Milliseconds from now until it is tried again. */
  readonly retryAfterMs?: number
}

/** A refused key is tried again after a minute, then after two, four … up to ten. */
const parkMs = 60_000
const longestParkMs = 600_000

/** A key that was used too often rests a second, then two, four …, unless the provider says how long. */
const restMs = 1_000
const longestRestMs = 60_000

/** However long a provider asks for: a day later the key is tried once more. */
const longestWishMs = 86_400_000

/** More keys than one process uses; the one that failed longest ago is forgotten first. */
const mostRecords = 10_000

interface KeyRecord {
  /** Whose it is: a key, at a provider. */
  readonly owner: string
  readonly provider: string
  readonly key: string
  readonly model: string | undefined
  readonly error: ByokError
  readonly isResting: boolean
  /** Failures of this kind in a row. */
  readonly inARow: number
  readonly until: number
}

/** What is known of a key at a provider, by model; for every model under `undefined`. */
type Records = Map<string | undefined, KeyRecord>

/**
 * Remembers which keys were refused. "Too many requests" rests a key for that model, and so does a refusal of permission
 * park it: another model may well be allowed. A wrong key and a used-up quota park the key for every model. What one
 * tenant's key does says nothing about anybody else's.
 */
export class KeyPool {
  readonly #clock: Clock
  readonly #onChange: (state: KeyState) => void
  readonly #owners = new Map<string, Records>()
  /** The one that failed last stands last. */
  readonly #inOrder = new Set<KeyRecord>()

  constructor(clock: Clock, onChange: (state: KeyState) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** One of the keys that may be used now, drawn by weight; `undefined` where there is none. */
  pick(provider: string, model: string, keys: readonly PooledKey[]): PooledKey | undefined {
    const ready = keys.filter((key) => this.#blockOf(provider, model, key) === undefined)
    const total = ready.reduce((sum, key) => sum + key.weight, 0)
    let at = this.#clock.random() * total
    const drawn = ready.find((key) => {
      at -= key.weight
      return at < 0
    })
    return drawn ?? ready.at(-1) // the sum is rounded: the last key's end may lie a hair below it
  }

  /** False where none of the models of a provider can be refused for its keys: nobody needs to ask for each. */
  mayRefuse(provider: string, keys: readonly PooledKey[]): boolean {
    if (this.#inOrder.size === 0 || keys.length === 0) return false
    return keys.every((key) => this.#owners.has(ownerOf(provider, key)))
  }

  /** Why none of the keys may be used now; `undefined` where one may. */
  refusal(
    provider: string,
    model: string,
    keys: readonly PooledKey[],
  ): { readonly error: ByokError; readonly retryAfterMs: number } | undefined {
    let soonest: KeyRecord | undefined
    for (const key of keys) {
      const block = this.#blockOf(provider, model, key)
      if (block === undefined) return undefined
      if (soonest === undefined || block.until < soonest.until) soonest = block
    }
    if (soonest === undefined) return undefined
    const retryAfterMs = Math.ceil(soonest.until - this.#clock.now())
    const { code, status } = soonest.error
    const whose = keys.length === 1 ? 'The key' : `Each of the ${keys.length} keys`
    const message = `${whose} for ${provider} is out of use (${code}); the next try is in ${retryAfterMs} ms.`
    const error = new ByokError(code, message, {
      cause: soonest.error,
      isRetryable: soonest.error.isRetryable,
      retryAfterMs,
      provider,
      model,
      ...(status === undefined ? {} : { status }),
    })
    return { error, retryAfterMs }
  }

  /**
   * A provider refused a key. What is no fault of the key changes nothing. Nobody is given a key that is out of use, so a
   * refusal meanwhile is that of a call begun before: it is no second failure, and only a later end changes something.
   */
  failed(provider: string, model: string, key: PooledKey, error: ByokError): void {
    const isResting = error.code === 'rate-limited'
    if (!isResting && !isRefusal(error)) return
    const scope = isResting || error.code === 'permission' ? model : undefined
    const owner = ownerOf(provider, key)
    const records = this.#owners.get(owner) ?? new Map()
    const now = this.#clock.now()
    const before = records.get(scope)
    const known = before?.isResting === isResting ? before : undefined
    const isEcho = known !== undefined && known.until > now
    const inARow = (known?.inARow ?? 0) + (isEcho ? 0 : 1)
    const wishMs = wishOf(error)
    if (isEcho && wishMs === undefined) return
    const until = now + (wishMs ?? ownWaitMs(isResting, inARow))
    if (before !== undefined && until <= before.until) return
    if (before !== undefined) this.#inOrder.delete(before)
    const record = {
      owner,
      provider,
      key: key.id,
      model: scope,
      error: forEveryone(error),
      isResting,
      inARow,
      until,
    }
    this.#owners.set(owner, records)
    records.set(scope, record)
    this.#inOrder.add(record)
    const [oldest] = this.#inOrder
    if (this.#inOrder.size > mostRecords && oldest !== undefined) this.#forget(oldest)
    this.#onChange(this.#stateOf(record))
  }

  /** A key was accepted. While it is out of use, that is a call begun before, which says nothing about it now. */
  succeeded(provider: string, model: string, key: PooledKey): void {
    if (this.#inOrder.size === 0) return
    const records = this.#owners.get(ownerOf(provider, key))
    for (const scope of [undefined, model]) {
      const record = records?.get(scope)
      if (record === undefined || record.until > this.#clock.now()) continue
      this.#forget(record)
      this.#onChange({
        provider,
        key: key.id,
        ...(scope === undefined ? {} : { model: scope }),
        state: 'ready',
      })
    }
  }

  /** The keys that are out of use now. */
  states(): readonly KeyState[] {
    const now = this.#clock.now()
    return [...this.#inOrder].filter((record) => record.until > now).map((record) => this.#stateOf(record))
  }

  #blockOf(provider: string, model: string, key: PooledKey): KeyRecord | undefined {
    if (this.#inOrder.size === 0) return undefined
    const records = this.#owners.get(ownerOf(provider, key))
    if (records === undefined) return undefined
    const [forAll, forModel] = [records.get(undefined), records.get(model)]
    const longer = (forModel?.until ?? 0) > (forAll?.until ?? 0) ? forModel : forAll
    return longer !== undefined && longer.until > this.#clock.now() ? longer : undefined
  }

  #forget(record: KeyRecord): void {
    this.#inOrder.delete(record)
    const records = this.#owners.get(record.owner)
    records?.delete(record.model)
    if (records?.size === 0) this.#owners.delete(record.owner)
  }

  #stateOf({ provider, key, model, error, isResting, until }: KeyRecord): KeyState {
    return {
      provider,
      key,
      ...(model === undefined ? {} : { model }),
      state: isResting ? 'resting' : 'parked',
      reason: error.code,
      retryAfterMs: Math.max(0, Math.ceil(until - this.#clock.now())),
    }
  }
}

/** How long the provider wants to be left alone. A wish for no time at all would be asked again and again at once. */
function wishOf({ retryAfterMs }: ByokError): number | undefined {
  return retryAfterMs !== undefined && retryAfterMs > 0 ? Math.min(retryAfterMs, longestWishMs) : undefined
}

/** Twice as long each time. */
function ownWaitMs(isResting: boolean, inARow: number): number {
  const [firstMs, longestMs] = isResting ? [restMs, longestRestMs] : [parkMs, longestParkMs]
  return Math.min(longestMs, firstMs * 2 ** (inARow - 1))
}

function isRefusal({ code }: ByokError): boolean {
  return code === 'authentication' || code === 'permission' || code === 'quota-exceeded'
}

/** The key itself is the name: two tenants who share one share its fate. It stays in a private map. */
function ownerOf(provider: string, key: PooledKey): string {
  return JSON.stringify([provider, key.secret?.reveal() ?? null])
}
