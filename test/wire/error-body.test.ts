// What a provider's error means, in whichever shape it comes: by status, type and code, never by words in the message.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/core/error-code.js'
import { isByokError } from '../../src/core/errors.js'
import { errorInAnswer, errorOfAnswer } from '../../src/wire/error-body.js'
import { parseJson } from '../../src/wire/json.js'

function errorOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return errorOfAnswer({ status, headers: new Headers(headers), nowMs: 0 }, text)
}

describe('a status', () => {
  it.each<[number, ErrorCode, boolean]>([
    [400, 'invalid-request', false],
    [401, 'authentication', false],
    [402, 'quota-exceeded', false],
    [403, 'permission', false],
    [404, 'model-not-found', false],
    [405, 'invalid-request', false],
    [408, 'timeout', true],
    [409, 'invalid-request', false],
    [413, 'context-length', false],
    [422, 'invalid-request', false],
    [429, 'rate-limited', true],
    [500, 'provider', true],
    [502, 'provider', true],
    [503, 'provider', true],
    [504, 'timeout', true],
    [524, 'provider', true],
    [529, 'overloaded', true],
  ])('of %d means %s, whatever the body is', (status, code, isRetryable) => {
    for (const body of ['', '{}', 'null', '[]', 'nonsense', '<html>', '{"error":{"message":"x"}}']) {
      expect(errorOf(status, body)).toMatchObject({ code, status, isRetryable })
    }
  })
})

describe('a documented word', () => {
  it.each<[number, object, ErrorCode]>([
    [400, { error: { code: 'invalid_api_key' } }, 'authentication'],
    [
      400,
      { error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } },
      'authentication',
    ],
    [429, { error: { type: 'insufficient_quota' } }, 'quota-exceeded'],
    [400, { error: { code: 'context_length_exceeded' } }, 'context-length'],
    [400, { error: { code: 'content_filter' } }, 'content-filter'],
    [500, { type: 'error', error: { type: 'overloaded_error' } }, 'overloaded'],
    [400, { error: { code: 'model_not_found' } }, 'model-not-found'],
  ])('in a %d with %j goes before the status', (status, body, code) => {
    expect(errorOf(status, body).code).toBe(code)
  })

  it('that is too general leaves the decision to the status', () => {
    expect(errorOf(401, { error: { type: 'invalid_request_error' } }).code).toBe('authentication')
    expect(errorOf(429, { error: { status: 'RESOURCE_EXHAUSTED' } }).code).toBe('rate-limited')
  })

  it('is no method of an object', () => {
    for (const word of ['constructor', '__proto__', 'toString'])
      expect(errorOf(500, { error: { code: word, type: word } }).code).toBe('provider')
  })
})

describe('FO2: words in a message', () => {
  it.each([
    'The author of this request must generate at most 1500 tokens; invalid.',
    'rate limit, timeout, overloaded, unauthorized, quota',
    'invalid_api_key',
  ])('mean nothing: %s', (message) => {
    expect(errorOf(400, { error: { message } })).toMatchObject({ code: 'invalid-request', message })
    expect(errorOf(500, { error: { message } })).toMatchObject({ code: 'provider', message })
  })
})

describe('the message', () => {
  it.each<[string, unknown]>([
    ['OpenAI', { error: { message: 'The words.' } }],
    ['Anthropic', { type: 'error', error: { type: 'api_error', message: 'The words.' } }],
    ['Google', [{ error: { code: 400, message: 'The words.', status: 'INVALID_ARGUMENT' } }]],
    ['an error that is text', { error: 'The words.' }],
    ['a message beside a code', { code: 'x', message: 'The words.' }],
    ['FastAPI', { detail: [{ loc: ['body'], msg: 'The words.' }] }],
    ['FastAPI in a sentence', { detail: 'The words.' }],
    ['Cloudflare', { errors: [{ code: 1, message: 'The words.' }] }],
    ['plain text', 'The words.'],
  ])('is found where %s puts it', (_, body) => {
    expect(errorOf(400, body).message).toBe('The words.')
  })

  it('says something where the provider says nothing', () => {
    expect(errorOf(503, '').message).toBe('The provider answered 503 without a body.')
    expect(errorOf(502, '<!doctype html><h1>Bad gateway</h1>').message).toContain('page')
  })

  it('is cut where it has no end', () => {
    expect(errorOf(400, { error: { message: 'x'.repeat(100_000) } }).message.length).toBeLessThan(2_100)
    expect(errorOf(400, 'x'.repeat(100_000)).message.length).toBeLessThan(2_100)
  })
})

describe('what stands beside the message', () => {
  it('is kept: the wait, the id of the request, the words of the provider', () => {
    const body = { error: { message: 'x', type: 'tokens', code: 'odd', param: 'messages' } }
    const headers = { 'retry-after': '2', 'x-request-id': 'req_1' }
    expect(errorOf(429, body, headers)).toMatchObject({
      retryAfterMs: 2_000,
      requestId: 'req_1',
      upstream: { type: 'tokens', code: 'odd', param: 'messages' },
    })
    expect(errorOf(500, { request_id: 'req_2', error: {} }).requestId).toBe('req_2')
    expect(errorOf(500, {}, { 'request-id': 'req_3' }).requestId).toBe('req_3')
  })

  it.each(['', '{}', '[]', '<html>', 'x', '{"error":{"message":"x"}}', '{"error":{"code":"","type":null}}'])(
    'has no `upstream` where the provider named nothing: %s',
    (body) => {
      expect(errorOf(500, body)).not.toHaveProperty('upstream')
      expect(errorInAnswer(parseJson(body))).not.toHaveProperty('upstream')
    },
  )

  it('is what the provider called it, where that has a field of its own', () => {
    const body = { error: { status: 'INVALID_ARGUMENT', message: 'x' } }
    expect(errorOf(400, body).upstream).toEqual({ type: 'INVALID_ARGUMENT' })
    expect(errorInAnswer(body)).toMatchObject({
      code: 'invalid-request',
      upstream: { type: 'INVALID_ARGUMENT' },
    })
  })

  it('says whether to try again, where the provider says so', () => {
    expect(errorOf(500, {}, { 'x-should-retry': 'false' }).isRetryable).toBe(false)
    expect(errorOf(400, {}, { 'x-should-retry': 'true' }).isRetryable).toBe(true)
  })
})

describe('an error inside an answer', () => {
  it.each<[unknown, ErrorCode, boolean]>([
    [{ error: { message: 'x', code: 400 } }, 'invalid-request', false],
    [{ error: { message: 'x', code: '429' } }, 'rate-limited', true],
    [{ error: { message: 'x', code: 502 } }, 'provider', true],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'x' } }, 'overloaded', true],
    [{ error: { type: 'invalid_request_error', message: 'x' } }, 'invalid-request', false],
    [{ error: { type: 'server_error', message: 'x' } }, 'provider', true],
    [{ error: { message: 'x' } }, 'provider', true],
    [{ error: { code: 'nobody_knows', message: 'x' } }, 'provider', true],
    ['x', 'provider', true],
    [undefined, 'provider', true],
  ])('%j means %s', (body, code, isRetryable) => {
    expect(errorInAnswer(body)).toMatchObject({ code, isRetryable })
  })
})

describe('any body at all', () => {
  it('makes a typed error with a message', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 400, max: 599 }), (body, status) => {
        for (const error of [
          errorOf(status, { error: body }),
          errorOf(status, { detail: body }),
          errorInAnswer(body),
        ]) {
          expect(isByokError(error)).toBe(true)
          expect(error.message).not.toBe('')
        }
      }),
    )
  })
})
