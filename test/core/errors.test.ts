// The one error class: what it shows, what it keeps to itself, and by what it is known.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ByokError, isByokError, ProviderError } from '../../src/core/errors.js'

const cause = new Error('what happened below')
const error = new ProviderError('rate-limited', 'Too many requests.', {
  cause,
  provider: 'one',
  model: 'm',
  status: 429,
  requestId: 'req_1',
  retryAfterMs: 0,
  upstream: { code: 'rate_limit' },
})

describe('an error', () => {
  it('turns into JSON with what is known, and without its cause and stack', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ProviderError',
      code: 'rate-limited',
      message: 'Too many requests.',
      isRetryable: true,
      provider: 'one',
      model: 'm',
      status: 429,
      requestId: 'req_1',
      retryAfterMs: 0,
      upstream: { code: 'rate_limit' },
    })
  })

  it('says what happened and names itself as text and under inspect', () => {
    expect(String(error)).toBe('ProviderError: Too many requests.')
    expect(inspect(error)).toContain("code: 'rate-limited'")
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain('Too many requests.')
  })

  it('has no field for what is not known', () => {
    const bare = new ByokError('internal', 'x', {})
    expect(Object.keys(bare).sort()).toEqual(['code', 'isRetryable'])
    expect('cause' in bare).toBe(false)
  })

  it.each([
    ['rate-limited', true],
    ['overloaded', true],
    ['network', true],
    ['timeout', true],
    ['stream-interrupted', true],
    ['circuit-open', true],
    ['authentication', false],
    ['invalid-request', false],
    ['context-length', false],
    ['content-filter', false],
    ['budget-exceeded', false],
    ['aborted', false],
    ['config', false],
  ] as const)('with the code %s is worth a retry: %s', (code, isRetryable) => {
    expect(new ByokError(code, 'x').isRetryable).toBe(isRetryable)
    expect(new ByokError(code, 'x', { isRetryable: !isRetryable }).isRetryable).toBe(!isRetryable)
  })

  it('of an abort has the name that every JavaScript program looks for, and the reason as its cause', () => {
    const aborted = new ByokError('aborted', 'Left.', { cause: 'my reason' })
    expect(aborted.name).toBe('AbortError')
    expect(aborted.cause).toBe('my reason')
    expect(new ProviderError('aborted', 'Left.').name).toBe('AbortError')
    expect(aborted.with({ provider: 'one' }).name).toBe('AbortError')
  })

  it('can be told more, and stays what it was', () => {
    const more = error.with({ model: 'n', status: 503 }, 'In other words.')
    expect(more).toBeInstanceOf(ProviderError)
    expect(more).toMatchObject({ code: 'rate-limited', model: 'n', status: 503, provider: 'one' })
    expect([more.message, error.message]).toEqual(['In other words.', 'Too many requests.'])
    expect([more.cause, error.status]).toEqual([cause, 429])
    expect(more.retryAfterMs).toBe(0)
  })
})

describe('isByokError', () => {
  it('knows an error of another copy of the package by its mark', () => {
    class OtherCopy extends Error {}
    const other = new OtherCopy('x')
    Object.defineProperty(other, Symbol.for('byok-handler.error'), { value: true })
    expect(isByokError(other)).toBe(true)
    expect(isByokError(error)).toBe(true)
  })

  it.each([undefined, null, 'x', 5, {}, { code: 'rate-limited' }, new Error('x')])(
    'does not take %j for one',
    (value) => {
      expect(isByokError(value)).toBe(false)
    },
  )
})
