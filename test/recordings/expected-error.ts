// Which error a provider's error body must become.

import type { ErrorCode } from '../../src/core/error-code.js'

/** What the thrown error must say. */
export interface ExpectedError {
  /** Any of these passes. */
  readonly codes: readonly ErrorCode[]
  /** Any of these passes; absent where no status is known. */
  readonly statuses?: readonly number[]
  /** The provider's own words. */
  readonly message?: string
  readonly retryAfterMs?: number
}

/** An HTTP answer that is a failure. */
export interface FailedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Fields = Readonly<Record<string, unknown>>

/** Words in `code` or `type` whose meaning their provider documents; they go before the status. */
const meanings: Readonly<Record<string, readonly ErrorCode[]>> = {
  invalid_api_key: ['authentication'],
  authentication_error: ['authentication'],
  invalid_authentication_error: ['authentication'],
  permission_error: ['permission'],
  permission_denied: ['permission'],
  insufficient_quota: ['quota-exceeded'],
  exceeded_current_quota_error: ['quota-exceeded'],
  billing_error: ['quota-exceeded'],
  rate_limit_error: ['rate-limited'],
  rate_limit_exceeded: ['rate-limited'],
  rate_limit_reached_error: ['rate-limited'],
  overloaded_error: ['overloaded'],
  slow_down: ['overloaded', 'provider'],
  capacity_exceeded: ['overloaded', 'rate-limited', 'invalid-request'],
  service_tier_capacity_exceeded: ['overloaded', 'rate-limited'],
  model_not_found: ['model-not-found'],
  not_found_error: ['model-not-found'],
  model_decommissioned: ['model-not-found'],
  deploymentnotfound: ['model-not-found'],
  context_length_exceeded: ['context-length'],
  exceed_context_size_error: ['context-length'],
  request_too_large: ['context-length'],
  content_filter: ['content-filter'],
  data_inspection_failed: ['content-filter'],
  timeout_error: ['timeout'],
}

/** The error for an answer whose status or body is a failure. */
export function expectedError({ status, headers, body }: FailedAnswer): ExpectedError {
  const fault = readFault(parse(body))
  const isFailureStatus = status >= 400
  const decisive = isFailureStatus ? status : fault.status
  const wait = waitOf(headers)
  return {
    codes: codesOf(fault, decisive),
    statuses: isFailureStatus ? [status] : [status, ...(fault.status === undefined ? [] : [fault.status])],
    ...(fault.message === undefined ? {} : { message: fault.message }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  }
}

/** The error for what stands in a stream that began well. */
export function expectedErrorInStream(sent: unknown): ExpectedError {
  const fault = readFault(sent)
  return {
    codes: codesOf(fault, fault.status),
    ...(fault.message === undefined ? {} : { message: fault.message }),
  }
}

interface Fault {
  readonly words: readonly string[]
  readonly status?: number
  readonly message?: string
}

function codesOf({ words, message }: Fault, status: number | undefined): readonly ErrorCode[] {
  for (const word of words) {
    const known = Object.hasOwn(meanings, word) ? meanings[word] : undefined
    if (known) return known
  }
  if (status !== undefined) return codesOfStatus(status, message ?? '')
  return words.includes('invalid_request_error') ? codesOfStatus(400, message ?? '') : ['provider']
}

function codesOfStatus(status: number, message: string): readonly ErrorCode[] {
  switch (status) {
    case 400:
    case 404: {
      // Only the words could tell these apart, and words are no evidence.
      const open: ErrorCode[] = ['model-not-found', 'invalid-request', 'context-length']
      return /api.?key/i.test(message) ? [...open, 'authentication'] : open
    }
    case 401:
      return ['authentication']
    case 402:
      return ['quota-exceeded']
    case 403:
      return ['permission']
    case 408:
    case 504:
      return ['timeout']
    case 413:
      return ['context-length']
    case 429:
      return ['rate-limited']
    case 529:
      return ['overloaded']
    default:
      return [status < 500 ? 'invalid-request' : 'provider']
  }
}

function readFault(body: unknown): Fault {
  const outer = fields(Array.isArray(body) ? body[0] : body)
  if (outer === undefined) return { words: [] }
  const inner = fields(outer.error) ?? fields(fields(outer.response)?.error) ?? outer
  const numbers = [inner.code, inner.status, inner.status_code, outer.code, outer.status]
  const status = numbers.find(
    (value): value is number => typeof value === 'number' && value >= 400 && value <= 599,
  )
  const message = messageOf(inner) ?? messageOf(outer)
  return {
    words: [inner.code, inner.type, outer.code]
      .filter((word) => typeof word === 'string')
      .map((word) => word.toLowerCase()),
    ...(status === undefined ? {} : { status }),
    ...(message === undefined ? {} : { message }),
  }
}

function messageOf(from: Fields): string | undefined {
  for (const value of [from.message, from.error, from.detail]) {
    if (typeof value === 'string' && value !== '') return value
    const list = Array.isArray(value) ? value : fields(value)?.detail
    const first = Array.isArray(list) ? fields(list[0])?.msg : undefined
    if (typeof first === 'string') return first
  }
  return undefined
}

function waitOf(headers: Readonly<Record<string, string>>): number | undefined {
  if (headers['retry-after-ms'] !== undefined) return Number(headers['retry-after-ms'])
  return /^\d+$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) * 1000 : undefined
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined // an object has string keys
}
