// The books of the soak: each request that a provider saw belongs to one attempt, and each attempt to one call.

import type { Attempt } from '../../src/core/attempt.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import type { BYOKHandler } from '../../src/handler.js'
import type { CallEnd } from './call.js'
import { callHeader, type Hit, tagHeader } from './providers-process.js'

/** Endings in which a request may never have reached the provider. */
const mayBeUnseen: ReadonlySet<string> = new Set(['aborted', 'timeout', 'network'])

/** Writes down what handlers say and send, and compares it with what the providers saw. */
export class Books {
  readonly #begun = new Map<string, HandlerEvents['attempt']>()
  readonly #ended = new Map<string, Attempt[]>()
  /** The attempts of a call, in the order of their ends. */
  readonly #ofCall = new Map<string, string[]>()
  /** The attempt that a call is busy with. */
  readonly #current = new Map<string, string>()
  readonly #sent = new Map<string, number>()
  #requestsUnderWay = 0

  /** Carries the requests, each with the name of the attempt that sends it. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    const tag = this.#current.get(headers.get(callHeader) ?? '') ?? 'none'
    headers.set(tagHeader, tag)
    if (!init?.signal?.aborted) this.#sent.set(tag, (this.#sent.get(tag) ?? 0) + 1)
    return globalThis.fetch(input, { ...init, headers })
  }

  listenTo(handler: BYOKHandler): void {
    handler.on('request', () => {
      this.#requestsUnderWay += 1
    })
    handler.on('request-end', () => {
      this.#requestsUnderWay -= 1
    })
    handler.on('error', () => {
      this.#requestsUnderWay -= 1
    })
    handler.on('attempt', (event) => {
      this.#begun.set(event.attemptId, event)
      this.#current.set(event.run ?? '', event.attemptId)
    })
    handler.on('attempt-end', ({ run = '', attempt }) => {
      this.#ended.set(attempt.id, [...(this.#ended.get(attempt.id) ?? []), attempt])
      this.#ofCall.set(run, [...(this.#ofCall.get(run) ?? []), attempt.id])
    })
  }

  /** Compares everything since the last time, and forgets it. Gives what does not fit, and some counts. */
  close(
    ends: readonly CallEnd[],
    hits: readonly Hit[],
  ): { readonly faults: string[]; readonly counts: BookCounts } {
    const faults = [
      ...this.#faultsOfHits(hits),
      ...this.#faultsOfAttempts(hits),
      ...this.#faultsOfCalls(ends, hits),
    ]
    if (this.#requestsUnderWay !== 0) faults.push(`${this.#requestsUnderWay} requests began and never ended`)
    const unseen = this.#begun.size - new Set(hits.map(({ tag }) => tag)).size
    const counts = { hits: hits.length, attempts: this.#begun.size, unseen }
    for (const book of [this.#begun, this.#ended, this.#ofCall, this.#current, this.#sent]) book.clear()
    return { faults, counts }
  }

  *#faultsOfHits(hits: readonly Hit[]): Iterable<string> {
    const seen = new Set<string>()
    for (const { tag, name, provider, isStream } of hits) {
      const attempt = this.#begun.get(tag)
      if (attempt === undefined) yield `${name} belongs to no attempt (${tag})`
      else if (attempt.provider !== provider || (attempt.mode === 'stream') !== isStream)
        yield `${name} is not what its attempt says (${attempt.provider}, ${attempt.mode})`
      if (seen.has(tag)) yield `${name} is a second request of ${tag}`
      seen.add(tag)
    }
    for (const [tag, times] of this.#sent) if (times !== 1) yield `${tag} was sent ${times} times`
  }

  *#faultsOfAttempts(hits: readonly Hit[]): Iterable<string> {
    const seen = new Set(hits.map(({ tag }) => tag))
    for (const id of this.#begun.keys()) {
      const [attempt, ...more] = this.#ended.get(id) ?? []
      if (attempt === undefined) yield `${id} never ended`
      else if (more.length > 0) yield `${id} ended ${more.length + 1} times`
      else if (!seen.has(id) && !mayBeUnseen.has(attempt.error?.code ?? attempt.outcome))
        yield `${id} ended in ${attempt.error?.code ?? attempt.outcome}, and no provider saw it`
    }
    for (const id of this.#ended.keys()) if (!this.#begun.has(id)) yield `${id} ended and never began`
  }

  *#faultsOfCalls(ends: readonly CallEnd[], hits: readonly Hit[]): Iterable<string> {
    const tags = new Map(hits.map(({ name, tag }) => [name, tag]))
    for (const { call, kind, attempts, hit } of ends) {
      const written = this.#ofCall.get(`${call.number}`) ?? []
      if (attempts === undefined) continue
      const told = attempts.filter(({ outcome }) => outcome !== 'skipped')
      if (told.map(({ id }) => id).join() !== written.join())
        yield `call ${call.number} was told of ${told.length} attempts, and made ${written.length}`
      if (kind !== 'answer') continue
      const successes = told.filter(({ outcome }) => outcome === 'success')
      if (successes.length !== 1) yield `call ${call.number} has ${successes.length} successful attempts`
      else if (tags.get(hit ?? '') !== successes[0]?.id)
        yield `call ${call.number} got the answer of another attempt (${hit})`
    }
  }
}

/** How much was compared. */
export interface BookCounts {
  readonly hits: number
  readonly attempts: number
  /** Attempts that no provider saw. */
  readonly unseen: number
}
