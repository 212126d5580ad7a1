// How often first turns have found the beginning of their prompt in a provider's cache.

import type { ChatRequest } from '../core/request.js'
import type { Usage } from '../core/usage.js'
import { isFirstTurn, prefixName } from './prompt-prefix.js'

/** A model whose provider may keep prompts. */
export interface CachedModel {
  readonly provider: string
  readonly model: string
}

/** Whose call of which model, and what was asked. */
export interface CacheSubject extends CachedModel {
  readonly tenant?: string | undefined
  readonly chat: ChatRequest
}

/** How much is remembered. */
export interface CacheHitsOptions {
  /** The last calls of each prompt that count. @default 100 */
  readonly samples?: number
  /** Prompts; the one that nobody has used for longest is forgotten. @default 10,000 */
  readonly keys?: number
}

/** The last calls of one prompt, in a ring. */
interface Ring {
  readonly hits: Uint8Array
  /** How many were noted, and how many of those that are kept were hits. */
  total: number
  hitCount: number
}

/**
 * Remembers hits by tenant, model and beginning of the prompt: a cache is the model's, and no tenant finds what another
 * has sent. No text is kept. Later turns are not counted: what they find is their own conversation.
 */
export class CacheHits {
  readonly #samples: number
  readonly #keys: number
  /** The one that was used last stands last. */
  readonly #rings = new Map<string, Ring>()

  constructor({ samples = 100, keys = 10_000 }: CacheHitsOptions = {}) {
    this.#samples = samples
    this.#keys = keys
  }

  /** Notes whether a call has read from the cache, where its provider says so. */
  note(subject: CacheSubject, usage: Usage | undefined): void {
    if (usage?.cacheRead === undefined || !isFirstTurn(subject.chat)) return
    const key = keyOf(subject)
    const ring = this.#touch(key) ?? this.#add(key)
    const place = ring.total % this.#samples
    const isHit = usage.cacheRead > 0 ? 1 : 0
    ring.hitCount += isHit - (ring.hits[place] ?? 0)
    ring.hits[place] = isHit
    ring.total += 1
  }

  /** The share of hits among the last calls; `undefined` where there were none. */
  chance(subject: CacheSubject): number | undefined {
    return this.chancesFor(subject.tenant, subject.chat)(subject)
  }

  /** The same for many models: what they share is worked out once. */
  chancesFor(tenant: string | undefined, chat: ChatRequest): (model: CachedModel) => number | undefined {
    if (this.#rings.size === 0) return () => undefined
    const prefix = prefixName(chat)
    return ({ provider, model }) => {
      const ring = this.#touch(keyFor(tenant, provider, model, prefix))
      return ring === undefined ? undefined : ring.hitCount / Math.min(ring.total, this.#samples)
    }
  }

  #touch(key: string): Ring | undefined {
    const ring = this.#rings.get(key)
    if (ring === undefined) return undefined
    this.#rings.delete(key)
    this.#rings.set(key, ring)
    return ring
  }

  #add(key: string): Ring {
    const ring = { hits: new Uint8Array(this.#samples), total: 0, hitCount: 0 }
    this.#rings.set(key, ring)
    const [oldest] = this.#rings.keys()
    if (this.#rings.size > this.#keys && oldest !== undefined) this.#rings.delete(oldest)
    return ring
  }
}

function keyOf({ tenant, provider, model, chat }: CacheSubject): string {
  return keyFor(tenant, provider, model, prefixName(chat))
}

function keyFor(tenant: string | undefined, provider: string, model: string, prefix: string): string {
  return JSON.stringify([tenant ?? null, provider, model, prefix])
}
