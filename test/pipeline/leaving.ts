// What tests of callers who leave have in common: an answer without end, and what must be true afterwards.

import { expect } from 'vitest'
import type { ByokError } from '../../src/core/errors.js'
import { type AnswerReply, reply } from '../../src/testing/reply.js'
import type { Upstream, UpstreamRequest } from '../../src/testing/upstream.js'
import { until } from './stage.js'

/** Text every few milliseconds, for much longer than any test. */
export const endless: AnswerReply = { ...reply.chat({ text: Array(2_000).fill('word ') }), eventEveryMs: 5 }

/** The request, once its connection is gone: closed by us, and within 200 ms of now. */
export async function expectClosedNow(upstream: Upstream, index = 0): Promise<void> {
  const now = Date.now()
  const closed = (): UpstreamRequest | undefined => upstream.requests[index]
  await until(() => closed()?.closedByClient === true, 'the upstream sees the client leave')
  const record = closed()
  expect(record?.closedByClient).toBe(true)
  expect((record?.at ?? 0) + (record?.closedAfterMs ?? Number.NaN) - now).toBeLessThan(200)
}

/** The error of a caller who left for this reason. */
export function expectAborted(error: ByokError | undefined, reason: unknown): void {
  expect(error).toMatchObject({ code: 'aborted', name: 'AbortError', isRetryable: false })
  expect(error?.cause).toBe(reason)
}
