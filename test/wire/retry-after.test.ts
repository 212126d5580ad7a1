// How long a provider asks us to wait.

import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../src/wire/retry-after.js'

const now = Date.UTC(2026, 0, 1, 12, 0, 0)
const waitOf = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now)

describe('a wait', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['2.5', 2_500],
    ['120', 120_000],
    [' 3 ', 3_000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
  ])('of `retry-after: %s` is %d ms', (header, wait) => {
    expect(waitOf({ 'retry-after': header })).toBe(wait)
  })

  it.each([
    '',
    '-1',
    'NaN',
    'Infinity',
    '1e3',
    '0x10',
    '1, 2',
    '5 seconds',
    'soon',
    'Thu, 99 Foo',
    '9'.repeat(400),
  ])('is unsaid by `retry-after: %s`', (header) => {
    expect(waitOf({ 'retry-after': header })).toBeUndefined()
  })

  it('is taken from the exact header first', () => {
    expect(waitOf({ 'retry-after-ms': '250', 'retry-after': '1' })).toBe(250)
    expect(waitOf({ 'retry-after-ms': '0', 'retry-after': '1' })).toBe(0)
    for (const odd of ['', '-5', 'soon'])
      expect(waitOf({ 'retry-after-ms': odd, 'retry-after': '1' })).toBe(1_000)
  })

  it('is unsaid where no header is', () => {
    expect(waitOf({})).toBeUndefined()
  })
})
