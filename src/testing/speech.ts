// What the test upstream must be able to say in each dialect.

import type { FilledAnswer } from './answer.js'

/** One server-sent event. */
export interface WireEvent {
  /** `''` where the dialect names no events. */
  readonly event: string
  readonly data: string
  /** The dialect's end mark. */
  readonly isTerminator?: boolean
}

/** An error as a test wants it; what is left out follows from the status. */
export interface ErrorContent {
  readonly message?: string
  readonly type?: string
  readonly code?: string | number | null
  readonly param?: string | null
}

/** One dialect, as its vendor speaks it. */
export interface Speech {
  events(answer: FilledAnswer, request: Readonly<Record<string, unknown>>): Iterable<WireEvent>
  /** The same answer as a whole JSON body. */
  body(answer: FilledAnswer, request: Readonly<Record<string, unknown>>): unknown
  errorEvent(error: ErrorContent): WireEvent
  errorBody(status: number, error: ErrorContent): unknown
}

/** When the answers of the test upstream were made, in seconds since 1970. */
export const createdSeconds = 1_767_225_600

/** OpenAI's error body, which Chat and Responses share. */
export function openaiErrorBody(status: number, error: ErrorContent): unknown {
  const [type, code] = openaiErrorWords(status)
  return {
    error: {
      message: error.message ?? `The test upstream answers ${status}.`,
      type: error.type ?? type,
      param: error.param ?? null,
      code: error.code === undefined ? code : error.code,
    },
  }
}

function openaiErrorWords(status: number): [type: string, code: string | null] {
  if (status === 401) return ['invalid_request_error', 'invalid_api_key']
  if (status === 404) return ['invalid_request_error', 'model_not_found']
  if (status === 429) return ['requests', 'rate_limit_exceeded']
  return status >= 500 ? ['server_error', null] : ['invalid_request_error', null]
}
