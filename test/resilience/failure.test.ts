// What every failure means: one row for each code, and for each status and phase that tells two of a kind apart.

import { describe, expect, it } from 'vitest'
import type { ErrorCode, TimeoutPhase } from '../../src/core/error-code.js'
import { ByokError, type ErrorDetails, ProviderError } from '../../src/core/errors.js'
import { meaningOf } from '../../src/resilience/failure.js'

type Row = readonly [
  what: ErrorDetails,
  retry: 'transient' | 'throttle' | 'no',
  next: 'next' | 'end',
  against: 'model' | 'key' | 'nobody',
]

const phases: Readonly<Record<TimeoutPhase, Row>> = {
  connect: [{ phase: 'connect' }, 'transient', 'next', 'model'],
  'first-token': [{ phase: 'first-token' }, 'no', 'next', 'model'],
  idle: [{ phase: 'idle' }, 'no', 'next', 'model'],
  total: [{ phase: 'total' }, 'no', 'end', 'nobody'],
}

const skipped: readonly Row[] = [[{}, 'no', 'next', 'nobody']]
const final: readonly Row[] = [[{}, 'no', 'end', 'nobody']]
const brokenAnswer: readonly Row[] = [
  [{}, 'no', 'next', 'model'],
  [{ status: 200 }, 'no', 'next', 'model'],
]

/** A code that is added without a row does not compile. */
const table: Readonly<Record<ErrorCode, readonly Row[]>> = {
  network: [
    [{}, 'transient', 'next', 'model'],
    [{ upstream: { code: 'ECONNREFUSED' } }, 'transient', 'next', 'model'],
    [{ upstream: { code: 'ENOTFOUND' } }, 'transient', 'next', 'model'],
  ],
  timeout: [
    ...Object.values(phases),
    [{}, 'no', 'next', 'model'],
    [{ status: 408 }, 'transient', 'next', 'model'],
    [{ status: 504 }, 'transient', 'next', 'model'],
    [{ status: 504, phase: 'total' }, 'no', 'end', 'nobody'],
  ],
  provider: [
    ...[500, 502, 503, 520, 599].map((status): Row => [{ status }, 'transient', 'next', 'model']),
    [{}, 'no', 'next', 'model'],
    [{ status: 200 }, 'no', 'next', 'model'],
    [{ status: 499 }, 'no', 'next', 'model'],
  ],
  overloaded: [
    [{ status: 529 }, 'throttle', 'next', 'model'],
    [{ upstream: { type: 'overloaded_error' } }, 'throttle', 'next', 'model'],
    [{ status: 503 }, 'throttle', 'next', 'model'],
  ],
  'rate-limited': [
    [{ status: 429 }, 'throttle', 'next', 'key'],
    [{ status: 429, retryAfterMs: 86_400_000 }, 'throttle', 'next', 'key'],
    [{}, 'throttle', 'next', 'key'],
  ],
  authentication: [
    [{ status: 401 }, 'no', 'next', 'key'],
    [{ status: 400, upstream: { code: 'invalid_api_key' } }, 'no', 'next', 'key'],
  ],
  permission: [[{ status: 403 }, 'no', 'next', 'key']],
  'quota-exceeded': [
    [{ status: 402 }, 'no', 'next', 'key'],
    [{ status: 429, upstream: { code: 'insufficient_quota' } }, 'no', 'next', 'key'],
  ],
  'invalid-request': [
    [{ status: 400 }, 'no', 'next', 'nobody'],
    [{ status: 422 }, 'no', 'next', 'nobody'],
    [{ status: 409 }, 'no', 'next', 'nobody'],
    [{ upstream: { type: 'invalid_request_error' } }, 'no', 'next', 'nobody'],
    [{ field: 'messages' }, 'no', 'end', 'nobody'],
  ],
  'content-filter': [
    [{}, 'no', 'end', 'nobody'],
    [{ status: 400 }, 'no', 'end', 'nobody'],
  ],
  'model-not-found': [[{ status: 404 }, 'no', 'next', 'nobody']],
  'context-length': [
    [{ status: 413 }, 'no', 'next', 'nobody'],
    [{ status: 400 }, 'no', 'next', 'nobody'],
  ],
  'stream-interrupted': brokenAnswer,
  'invalid-response': brokenAnswer,
  'event-too-large': brokenAnswer,
  'circuit-open': [[{ retryAfterMs: 10_000 }, 'no', 'next', 'nobody']],
  'budget-exceeded': skipped,
  'price-unknown': skipped,
  'no-key': skipped,
  'blocked-host': skipped,
  'output-parse': skipped,
  config: skipped,
  'invalid-key-format': skipped,
  'all-attempts-failed': skipped,
  'vault-integrity': skipped,
  aborted: final,
  'tool-denied': final,
  internal: final,
  'store-unavailable': final,
}

const rows = Object.entries(table).flatMap(
  ([code, each]) =>
    each.map(([what, retry, next, against]) => ({ code: code as ErrorCode, what, retry, next, against })), // its own keys
)

describe('§6: what a failure means', () => {
  it.each(rows)('FO1: $code $what is retried: $retry; then: $next; against: $against', (row) => {
    for (const Kind of [ByokError, ProviderError]) {
      expect(meaningOf(new Kind(row.code, 'No word of it counts.', row.what))).toEqual({
        retry: row.retry,
        mayGoOn: row.next === 'next',
        against: row.against,
      })
    }
  })

  it.each(['author', 'generate', 'invalid', '1500 tokens', 'rate limit 429', 'overloaded 503', 'API key'])(
    'FO2: a 400 with "%s" in its message is still a 400',
    (words) => {
      expect(meaningOf(new ProviderError('invalid-request', words, { status: 400 }))).toEqual({
        retry: 'no',
        mayGoOn: true,
        against: 'nobody',
      })
    },
  )

  it('FO5: only what says something about the model or the key may be tried again', () => {
    for (const { code, what } of rows) {
      const { retry, against, mayGoOn } = meaningOf(new ByokError(code, '', what))
      if (retry !== 'no') expect([mayGoOn, against === 'nobody']).toEqual([true, false])
      if (!mayGoOn) expect(against).toBe('nobody')
    }
  })
})
