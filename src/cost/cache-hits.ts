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

/** More models than a prompt is sent to; the one that was noted first is forgotten. */
const mostModels = 100

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
  /** By tenant and prompt, then by model. The prompt that was used last stands last. */
  readonly #prompts = new Map<string, Map<string, Ring>>()

  constructor({ samples = 100, keys = 10_000 }: CacheHitsOptions = {}) {
    this.#samples = samples
    this.#keys = keys
  }

  /** Notes whether a call has read from the cache, where its provider says so. */
  note(subject: CacheSubject, usage: Usage | undefined): void {
    if (usage?.cacheRead === undefined || !isFirstTurn(subject.chat)) return
    const rings = this.#touch(promptOf(subject.tenant, subject.chat))
    const model = modelOf(subject)
    const ring = rings.get(model) ?? { hits: new Uint8Array(this.#samples), total: 0, hitCount: 0 }
    rings.set(model, ring)
    const [first] = rings.keys()
    if (rings.size > mostModels && first !== undefined) rings.delete(first)
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
    if (this.#prompts.size === 0) return () => undefined
    const prompt = promptOf(tenant, chat)
    if (!this.#prompts.has(prompt)) return () => undefined
    const rings = this.#touch(prompt)
    return (model) => {
      const ring = rings.get(modelOf(model))
      return ring === undefined ? undefined : ring.hitCount / Math.min(ring.total, this.#samples)
    }
  }

  /** What is remembered of a prompt, as the one that was used last. The one that was used longest ago makes room. */
  #touch(prompt: string): Map<string, Ring> {
    const rings = this.#prompts.get(prompt) ?? new Map<string, Ring>()
    this.#prompts.delete(prompt)
    this.#prompts.set(prompt, rings)
    const [oldest] = this.#prompts.keys()
    if (this.#prompts.size > this.#keys && oldest !== undefined) this.#prompts.delete(oldest)
    return rings
  }
}

function promptOf(tenant: string | undefined, chat: ChatRequest): string {
  return JSON.stringify([tenant ?? null, prefixName(chat)])
}

/** A provider's id has no slash. */
function modelOf({ provider, model }: CachedModel): string {
  return `${provider}/${model}`
}
