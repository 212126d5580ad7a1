// What providers say of their rate limits, in all their spellings.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateLimitsOf } from '../../src/wire/rate-limit-headers.js'

const now = Date.UTC(2026, 0, 1, 12, 0, 0)
const told = (headers: Record<string, string>) => rateLimitsOf(new Headers(headers), now)

/** What OpenAI tells of requests, with the given values. */
const openai = (limit: string, remaining: string, reset: string) =>
  told({
    'x-ratelimit-limit-requests': limit,
    'x-ratelimit-remaining-requests': remaining,
    'x-ratelimit-reset-requests': reset,
  })?.requests

describe('the limits that headers tell', () => {
  it("RK10: are read from OpenAI's names, Groq's among them", () => {
    expect(
      told({
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-limit-tokens': '18000',
        'x-ratelimit-remaining-tokens': '17997',
        'x-ratelimit-reset-tokens': '7.66s',
      }),
    ).toEqual({
      requests: { limit: 14_400, remaining: 14_370, resetMs: 179_560 },
      tokens: { limit: 18_000, remaining: 17_997, resetMs: 7_660 },
    })
  })

  it("RK10: are read from Anthropic's, whose resets are times; of several the fullest counts", () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '1000',
      'anthropic-ratelimit-requests-remaining': '999',
      'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:01Z',
      'anthropic-ratelimit-tokens-limit': '96000',
      'anthropic-ratelimit-tokens-remaining': '80000',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T12:00:10Z',
      'anthropic-ratelimit-input-tokens-limit': '80000',
      'anthropic-ratelimit-input-tokens-remaining': '80000',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:00:00Z',
    }
    expect(told(headers)).toEqual({
      requests: { limit: 1_000, remaining: 999, resetMs: 1_000 },
      tokens: { limit: 96_000, remaining: 80_000, resetMs: 10_000 },
    })
    const output = {
      'anthropic-ratelimit-output-tokens-limit': '16000',
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': '2026-01-01T12:01:00Z',
    }
    expect(told({ ...headers, ...output })?.tokens).toEqual({ limit: 16_000, remaining: 0, resetMs: 60_000 })
  })

  it('RK10: are read from names with a window, as Cerebras has them', () => {
    expect(
      told({
        'x-ratelimit-limit-requests-day': '14400',
        'x-ratelimit-remaining-requests-day': '0',
        'x-ratelimit-reset-requests-day': '33011.382867097855',
        'x-ratelimit-limit-tokens-minute': '60000',
        'x-ratelimit-remaining-tokens-minute': '50000',
        'x-ratelimit-reset-tokens-minute': '11.382867097854614',
      }),
    ).toEqual({
      requests: { limit: 14_400, remaining: 0, resetMs: 33_011_383 },
      tokens: { limit: 60_000, remaining: 50_000, resetMs: 11_383 },
    })
  })

  it('RK10: say of names without a unit only that nothing is left', () => {
    const reset = { 'x-ratelimit-reset': String(now + 30_000) }
    expect(told({ 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', ...reset })).toEqual({
      requests: { remaining: 0, resetMs: 30_000 },
    })
    expect(told({ 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '1', ...reset })).toBeUndefined()
    expect(told({ 'x-ratelimit-remaining': '0' })).toBeUndefined()
  })

  it.each([
    ['12ms', 12],
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['1h2m3.5s', 3_723_500],
    ['1d', 86_400_000],
    ['0', 0],
    ['7', 7_000],
    ['0.25', 250],
    [String(now / 1_000 + 9), 9_000],
    [String(now + 9), 9],
    ['2026-01-01T12:00:30Z', 30_000],
    ['2026-01-01T13:00:30.5+01:00', 30_500],
    ['2026-01-01T11:00:00Z', 0],
  ])('RK10: reset `%s` is in %d ms', (reset, resetMs) => {
    expect(openai('10', '0', reset)).toEqual({ limit: 10, remaining: 0, resetMs })
  })

  it.each([
    '',
    '-1',
    'NaN',
    'Infinity',
    '1e300',
    '9'.repeat(30),
    `${'9'.repeat(20)}d`,
    'soon',
    '2026-99-99T00:00:00Z',
    '2026-01-01',
    '5 s',
    '3x',
    '1, 2',
  ])('RK10: reset `%s` is unsaid, and so is what is left', (reset) => {
    expect(openai('10', '0', reset)).toEqual({ limit: 10 })
  })

  it.each(['', '-1', '0', 'NaN', '1e300', '1.5', '0x10', '9'.repeat(17), 'many', '1, 2'])(
    'RK10: a limit of `%s` is none',
    (limit) => {
      expect(openai(limit, '5', '1s')).toBeUndefined()
      expect(openai(limit, '0', '1s')).toEqual({ remaining: 0, resetMs: 1_000 })
    },
  )

  it('RK10: are none where no header tells any', () => {
    expect(told({})).toBeUndefined()
    expect(told({ 'x-ratelimit-reset-requests': '1s', 'retry-after': '1' })).toBeUndefined()
  })

  it('RK10: are whole numbers from 0, whatever the headers say', () => {
    const value = fc.oneof(
      fc.stringMatching(/^[ -~]{0,20}$/),
      fc.nat().map(String),
      fc.double().map(String),
      fc.constantFrom('1s', '1m', '1e9', '-0', '2026-01-01T12:00:30Z', '+1'),
    )
    const names = ['limit', 'remaining', 'reset'].flatMap((part) => [
      `x-ratelimit-${part}-requests`,
      `x-ratelimit-${part}-tokens-minute`,
      `anthropic-ratelimit-tokens-${part}`,
      `x-ratelimit-${part}`,
    ])
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
        const limits = told(headers)
        for (const { limit, remaining, resetMs } of [limits?.requests ?? {}, limits?.tokens ?? {}])
          for (const number of [limit, remaining, resetMs])
            expect(number === undefined || (Number.isSafeInteger(number) && number >= 0)).toBe(true)
      }),
    )
  })
})
