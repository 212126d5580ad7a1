// The adapter of every provider that speaks one of our dialects: says a request in its words, and sends it.

import type { AdapterSurroundings, ProviderAdapter, ProviderCall, Transport } from '../core/contracts.js'
import type { Delta } from '../core/delta.js'
import { ProviderError } from '../core/errors.js'
import { readErrorBody } from '../net/guarded-fetch.js'
import type { Dialect, EncodedRequest } from '../wire/dialect.js'
import { errorOfAnswer } from '../wire/error-body.js'
import { fitHistory, type HistoryTarget } from '../wire/replay.js'
import { type AnswerLimits, AnswerReader } from './answer-reader.js'

/** What an adapter is made of. */
export interface AdapterParts<Quirks> {
  readonly id: string
  readonly dialect: Dialect<Quirks>
  readonly quirks: Quirks
  readonly transport: Transport
  readonly headers: Readonly<Record<string, string>>
  readonly toolCallIds: HistoryTarget['toolCallIds']
  readonly limits: AnswerLimits
  readonly outputLimitOf: (model: string) => number | undefined
  readonly surroundings: AdapterSurroundings
}

/** An adapter for a provider that speaks this dialect. */
export function dialectAdapter<Quirks>(parts: AdapterParts<Quirks>): ProviderAdapter {
  return {
    id: parts.id,
    stream: (call) => ({ [Symbol.asyncIterator]: () => new ProviderAnswer(parts, call, true) }),
    async complete(call) {
      const answer = new ProviderAnswer(parts, call, false)
      const deltas: Delta[] = []
      for (let read = await answer.next(); !read.done; read = await answer.next()) {
        for (const delta of read.value) deltas.push(delta)
      }
      return deltas
    },
  }
}

/** One request and its answer. The request goes out with the first `next()`. */
class ProviderAnswer<Quirks> implements AsyncIterator<readonly Delta[], undefined> {
  readonly #parts: AdapterParts<Quirks>
  readonly #call: ProviderCall
  readonly #isStream: boolean
  #reader: AnswerReader | undefined

  constructor(parts: AdapterParts<Quirks>, call: ProviderCall, isStream: boolean) {
    this.#parts = parts
    this.#call = call
    this.#isStream = isStream
  }

  next(): Promise<IteratorResult<readonly Delta[], undefined>> {
    return this.#reader === undefined ? this.#send() : this.#reader.next()
  }

  async return(): Promise<IteratorResult<readonly Delta[], undefined>> {
    return this.#reader?.return() ?? { done: true, value: undefined }
  }

  /** Sends the request; its first batch is what had to be adapted in it. */
  async #send(): Promise<IteratorResult<readonly Delta[], undefined>> {
    const { transport, dialect, limits, headers, surroundings } = this.#parts
    const { key, request, signal } = this.#call
    const redact = (text: string): string => key?.redactFrom(text) ?? text
    const encoded = encode(this.#parts, this.#call, this.#isStream)
    const response = await transport.send({
      path: encoded.path,
      body: encoded.body,
      headers: { ...headers, ...encoded.headers, ...request.headers },
      signal,
      ...(key === undefined ? {} : { key }),
    })
    if (!response.ok) {
      const body = redact(await readErrorBody(response))
      throw errorOfAnswer(
        { status: response.status, headers: response.headers, nowMs: surroundings.clock.date() },
        body,
      )
    }
    this.#reader = new AnswerReader(response, { dialect, limits, clock: surroundings.clock, redact })
    const notes = notesOf(encoded)
    return notes.length > 0 ? { done: false, value: notes } : this.#reader.next()
  }
}

function encode<Quirks>(parts: AdapterParts<Quirks>, call: ProviderCall, stream: boolean): EncodedRequest {
  const { id, dialect, quirks, toolCallIds } = parts
  const { model, request } = call
  const target = { provider: id, model, ...(toolCallIds === undefined ? {} : { toolCallIds }) }
  const history = fitHistory(request.messages, target)
  const outputLimit = parts.outputLimitOf(model)
  const encoded = dialect.encode(
    { ...request, messages: history.messages },
    { provider: id, model, stream, quirks, ...(outputLimit === undefined ? {} : { outputLimit }) },
  )
  const refused = encoded.warnings.find((warning) => warning.code === 'unsupported-option')
  if (request.strict && refused !== undefined) {
    throw new ProviderError('invalid-request', `${refused.message} With \`strict\`, that is an error.`, {
      ...(refused.option === undefined ? {} : { field: refused.option }),
    })
  }
  return { ...encoded, repairs: [...history.repairs, ...encoded.repairs] }
}

function notesOf(encoded: EncodedRequest): Delta[] {
  return [
    ...encoded.warnings.map((warning) => ({ type: 'warning' as const, warning })),
    ...encoded.repairs.map((repair) => ({ type: 'repair' as const, repair })),
  ]
}
