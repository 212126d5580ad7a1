// What every dialect can do: say a request in a provider's words, and understand the provider's answer.

import type { Delta } from '../core/delta.js'
import type { ChatRequest } from '../core/request.js'
import type { Warning } from '../core/warning.js'

/** The dialects there are. */
export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic-messages'

/** For whom a request is encoded. */
export interface EncodeTarget<Quirks> {
  readonly provider: string
  /** The provider's own name for the model. */
  readonly model: string
  readonly stream: boolean
  /** The model's own output limit where it is known, for a dialect that demands one. */
  readonly outputLimit?: number
  /** How this vendor's requests differ from the dialect. */
  readonly quirks: Quirks
}

/** A request in a provider's words. */
export interface EncodedRequest {
  /** Below the base URL, with a leading slash. */
  readonly path: string
  readonly body: Record<string, unknown>
  /** Headers that this body needs (a beta flag, say). */
  readonly headers: Readonly<Record<string, string>>
  /** Options that this provider cannot honour, and history that had to be adapted. */
  readonly warnings: readonly Warning[]
  readonly repairs: readonly string[]
}

/** Understands one streamed answer. Make a new one for each. */
export interface AnswerDecoder {
  /**
   * Takes one server-sent event and adds what it means to `deltas`. `event` is `''` where the stream named none.
   * Throws a `ProviderError` for an error event, and for JSON that is broken (`invalid-response`) before the end.
   */
  event(data: string, event: string, deltas: Delta[]): void
  /** The end mark was seen: nothing that follows belongs to the answer, and reading can stop. */
  readonly isFinished: boolean
  /** The answer has said how it ended, though its end mark may still be missing: what breaks from here on is a warning. */
  readonly hasEnded: boolean
  /** The body has ended. Throws `stream-interrupted` when the answer had not. */
  end(deltas: Delta[]): void
}

/** A dialect: two-way and pure. */
export interface Dialect<Quirks> {
  readonly id: DialectName
  encode(request: ChatRequest, target: EncodeTarget<Quirks>): EncodedRequest
  decoder(): AnswerDecoder
  /** A whole JSON answer as the deltas it amounts to, ending with `finish`. Throws a `ProviderError` for an error inside. */
  decodeWhole(body: unknown): Delta[]
}
