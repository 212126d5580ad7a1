// Which errors say that a provider does not stream.

import { describe, expect, it } from 'vitest'
import { type ErrorDetails, ProviderError } from '../../src/core/errors.js'
import { refusesStreaming } from '../../src/wire/streaming-refusal.js'

const refusal = (message: string, details: ErrorDetails = {}) =>
  new ProviderError('invalid-request', message, details)

describe('an error about streaming', () => {
  it.each(['stream', 'stream_options', 'stream_options.include_usage'])('names the parameter %s', (param) => {
    expect(refusesStreaming(refusal('Bad.', { upstream: { param } }))).toBe(true)
  })

  it.each([
    'Streaming is not supported for this model.',
    'This model does not support streaming',
    "Unrecognized request argument supplied: 'stream_options'",
    'stream_options: Extra inputs are not permitted',
    'stream_options.include_usage: Extra inputs are not permitted',
    'json: unknown field "stream_options"',
    "create() got an unexpected keyword argument 'stream'",
    'Bad request. The value `stream: true` is not allowed here. See https://acme.example/errors',
    'Use of streaming is not enabled for your account.',
    "[{'loc': ['body', 'stream'], 'msg': 'Extra inputs are not permitted'}]",
  ])('says it in words: %s', (message) => {
    expect(refusesStreaming(refusal(message))).toBe(true)
  })
})

describe('an error about something else', () => {
  it.each([
    'Invalid value for temperature: 3 is not supported. Streaming docs: https://acme.example/streaming',
    'Invalid value for temperature: 3 is not supported, see https://acme.example/api/stream.',
    'Unsupported parameter: top_k; see the streaming guide.',
    'Unsupported parameter: top_k (see the streaming guide)',
    'Unknown tool. The stream was not opened.',
    'Unknown voice "acme-stream".',
    'Unknown voice "stream-2".',
    'Request body: unexpected end of stream',
    'Upstream is not available.',
    'The stream option is fine.',
  ])('is not taken for a refusal of streaming: %s', (message) => {
    expect(refusesStreaming(refusal(message))).toBe(false)
  })

  it('has another code, or names another parameter', () => {
    const message = 'Streaming is not supported.'
    expect(refusesStreaming(new ProviderError('rate-limited', message))).toBe(false)
    expect(refusesStreaming(refusal('Bad.', { upstream: { param: 'streams' } }))).toBe(false)
  })
})
