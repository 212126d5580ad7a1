// The fold, for use without a handler: chunks of any dialect, or deltas, into one response.

import { type Clock, systemClock } from './core/clock.js'
import type { Delta } from './core/delta.js'
import { ByokError, isByokError, ProviderError } from './core/errors.js'
import type { CompletionResponse } from './core/response.js'
import type { OutputEvent } from './core/stream-event.js'
import { CompletionAccumulator } from './stream/accumulator.js'
import { completionResponse } from './stream/response.js'
import { anthropicMessages } from './wire/anthropic-messages/dialect.js'
import type { AnswerDecoder, DialectName } from './wire/dialect.js'
import { openaiChat } from './wire/openai-chat/dialect.js'
import { openaiResponses } from './wire/openai-responses/dialect.js'

/** How chunks are understood. */
export interface ChunkOptions {
  /** Whose chunks they are. Deltas of ours are told apart by their `type`. @default 'openai-chat' */
  readonly dialect?: DialectName
  /** Mends tool arguments that are no whole JSON object, and says so in `byok.repairs`. @default false */
  readonly repairToolArguments?: boolean
  /** Times the answer, from the accumulator's making to its end. @default the real clock */
  readonly clock?: Clock
}

const dialects = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
}

const deltaTypes: Readonly<Record<Delta['type'], true>> = {
  start: true,
  text: true,
  reasoning: true,
  refusal: true,
  'tool-call-delta': true,
  usage: true,
  confidence: true,
  finish: true,
  warning: true,
  repair: true,
  progress: true,
}

/**
 * Puts a stream together chunk by chunk. `push` gives back what each chunk shows a reader, `finish` what the end shows;
 * `response()` ends the fold too. Chunks are the parsed objects that an SDK yields, or JSON text.
 */
export class ChunkAccumulator {
  readonly #decoder: AnswerDecoder
  readonly #accumulator: CompletionAccumulator
  readonly #clock: Clock
  readonly #startedAt: number
  /** On the clock that never jumps. */
  readonly #begin: number
  #takesDeltas = false
  #response: CompletionResponse | undefined

  constructor(options: ChunkOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#startedAt = this.#clock.date()
    this.#begin = this.#clock.now()
    this.#decoder = dialects[options.dialect ?? 'openai-chat'].decoder()
    this.#accumulator = new CompletionAccumulator({
      fallbackId: 'chatcmpl-accumulated',
      repairToolArguments: options.repairToolArguments ?? false,
    })
  }

  /** Takes one chunk. Throws the provider's error that a chunk holds, with what had come in `partial`. */
  push(chunk: unknown): OutputEvent[] {
    const events: OutputEvent[] = []
    try {
      if (isDelta(chunk)) {
        this.#takesDeltas = true
        this.#accumulator.push(chunk, events)
      } else {
        this.#decode(
          (deltas) =>
            this.#decoder.event(typeof chunk === 'string' ? chunk : JSON.stringify(chunk), '', deltas),
          events,
        )
      }
      return events
    } catch (error) {
      throw this.#withPartial(error)
    }
  }

  /**
   * Ends the fold, and gives back what only the end shows: tool calls that had no id or name so far, and each whole
   * call. Throws `stream-interrupted`, with what had come in `partial`, where the stream had not ended.
   */
  finish(): OutputEvent[] {
    const events: OutputEvent[] = []
    if (this.#response !== undefined) return events
    try {
      if (!this.#takesDeltas && !this.#decoder.isFinished)
        this.#decode((deltas) => this.#decoder.end(deltas), events)
      if (!this.#accumulator.hasFinished)
        throw new ProviderError('stream-interrupted', 'The stream broke off before it had ended.')
    } catch (error) {
      throw this.#withPartial(error)
    }
    const answer = this.#accumulator.finish(events)
    const reported = answer.reportedUsd === undefined ? {} : { reportedUsd: answer.reportedUsd }
    this.#response = completionResponse(answer, {
      provider: 'unknown',
      model: answer.model ?? 'unknown',
      requestedModel: answer.model ?? 'unknown',
      route: () => ({
        requestedModel: answer.model ?? 'unknown',
        candidates: [],
        excluded: [],
        warnings: [],
      }),
      attempts: [],
      cost: { usd: null, ...reported, savedUsd: null },
      timing: { startedAt: this.#startedAt, totalMs: this.#clock.now() - this.#begin },
      credentialSource: 'none',
      warnings: [],
      repairs: [],
    })
    return events
  }

  /** The response. Ends the fold, and throws as `finish` does. */
  response(): CompletionResponse {
    this.finish()
    if (this.#response === undefined) throw new ByokError('internal', 'The fold ended without a response.')
    return this.#response
  }

  #decode(read: (deltas: Delta[]) => void, events: OutputEvent[]): void {
    const deltas: Delta[] = []
    try {
      read(deltas)
    } finally {
      for (const delta of deltas) this.#accumulator.push(delta, events)
    }
  }

  #withPartial(error: unknown): ByokError {
    const known = isByokError(error)
      ? error
      : new ByokError('invalid-response', 'A chunk could not be read.', { cause: error })
    const partial = this.#accumulator.partial()
    const hasBegun = partial.text !== '' || partial.reasoning !== '' || partial.toolCalls.length > 0
    return hasBegun ? known.with({ partial }) : known
  }
}

/**
 * Folds a whole stream (of an SDK, of this library's deltas, of parsed JSON lines) into one response.
 *
 * @example
 * const stream = await openai.chat.completions.create({ model, messages, stream: true })
 * const response = await accumulate(stream)
 */
export async function accumulate(
  chunks: AsyncIterable<unknown> | Iterable<unknown>,
  options: ChunkOptions = {},
): Promise<CompletionResponse> {
  const accumulator = new ChunkAccumulator(options)
  for await (const chunk of chunks) {
    for (const piece of Array.isArray(chunk) ? chunk : [chunk]) accumulator.push(piece)
  }
  return accumulator.response()
}

function isDelta(chunk: unknown): chunk is Delta {
  return (
    typeof chunk === 'object' &&
    chunk !== null &&
    'type' in chunk &&
    Object.hasOwn(deltaTypes, String(chunk.type))
  )
}
