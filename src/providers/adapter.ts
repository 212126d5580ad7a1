// The adapter of every provider that speaks one of our dialects: says a request in its words, and sends it.

import type { AdapterSurroundings, ProviderAdapter, ProviderCall, Transport } from '../core/contracts.js'
import type { Delta } from '../core/delta.js'
import { isByokError, ProviderError } from '../core/errors.js'
import { textOf } from '../core/safe-text.js'
import type { Dialect, EncodedRequest } from '../wire/dialect.js'
import { rateLimitsOf } from '../wire/rate-limit-headers.js'
import { fitHistory, type HistoryTarget } from '../wire/replay.js'
import type { AnswerLimits } from '../wire/sse.js'
import { AnswerReader } from './answer-reader.js'

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
      // Nobody holds this answer to leave it, and a transport may not heed the signal.
      const leave = () => answer.return()
      call.signal.addEventListener('abort', leave, { once: true })
      try {
        const deltas: Delta[] = []
        for (let read = await answer.next(); !read.done; read = await answer.next()) {
          for (const delta of read.value) deltas.push(delta)
        }
        return deltas
      } finally {
        call.signal.removeEventListener('abort', leave)
      }
    },
  }
}

type Batch = IteratorResult<readonly Delta[], undefined>

const done: Batch = { done: true, value: undefined }

/** One request and its answer. The request goes out with the first `next()`. */
class ProviderAnswer<Quirks> implements AsyncIterator<readonly Delta[], undefined> {
  readonly #parts: AdapterParts<Quirks>
  readonly #call: ProviderCall
  readonly #isStream: boolean
  #reader: AnswerReader | undefined
  #wasSent = false
  #isLeft = false

  constructor(parts: AdapterParts<Quirks>, call: ProviderCall, isStream: boolean) {
    this.#parts = parts
    this.#call = call
    this.#isStream = isStream
  }

  next(): Promise<Batch> {
    return this.#reader === undefined ? this.#send() : this.#reader.next()
  }

  async return(): Promise<Batch> {
    this.#isLeft = true
    return this.#reader?.return() ?? done
  }

  /** Sends the request; its first batch is what had to be adapted in it. */
  async #send(): Promise<Batch> {
    const { dialect, limits, surroundings } = this.#parts
    const { key, signal } = this.#call
    if (this.#wasSent || this.#isLeft || signal.aborted) return done
    this.#wasSent = true
    const encoded = this.#encode()
    const response = await this.#carry(encoded)
    this.#tellLimits(response)
    const redact = (text: string): string => key?.redactFrom(text) ?? text
    this.#reader = new AnswerReader(response, { dialect, limits, clock: surroundings.clock, redact })
    // A response that comes after everybody has left is closed, whatever its transport makes of the signal.
    if (this.#isLeft || signal.aborted) return this.#reader.return()
    if (!response.ok) {
      return this.#reader.refuse(this.#call.onRefusal?.())
    }
    const notes = notesOf(encoded)
    return notes.length > 0 ? { done: false, value: notes } : this.#reader.next()
  }

  #tellLimits({ headers }: Response): void {
    const { onRateLimits } = this.#call
    const limits = onRateLimits && rateLimitsOf(headers, this.#parts.surroundings.clock.date())
    if (limits !== undefined) onRateLimits?.(limits)
  }

  #encode(): EncodedRequest {
    try {
      return encode(this.#parts, this.#call, this.#isStream)
    } catch (error) {
      throw isByokError(error) ? error : unwritable(error)
    }
  }

  async #carry({ path, body, headers }: EncodedRequest): Promise<Response> {
    const { key, request, signal, connectMs } = this.#call
    try {
      return await this.#parts.transport.send({
        path,
        body,
        headers: { ...this.#parts.headers, ...headers, ...request.headers },
        signal,
        connectMs,
        ...(key === undefined ? {} : { key }),
      })
    } catch (error) {
      assertWritable(body)
      throw error
    }
  }
}

/** Asked only once a transport has failed: no transport can send what is no JSON, but each says so in its own way. */
function assertWritable(body: unknown): void {
  try {
    JSON.stringify(body)
  } catch (error) {
    throw unwritable(error)
  }
}

function unwritable(error: unknown): ProviderError {
  return new ProviderError('invalid-request', `The request cannot be written as JSON: ${textOf(error)}`, {
    cause: error,
  })
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
