// Which deltas of an adapter from outside are taken.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/core/delta.js'
import { ProviderError } from '../../src/core/errors.js'
import { checkDelta } from '../../src/stream/check-delta.js'

const good: readonly Delta[] = [
  { type: 'start' },
  { type: 'start', id: 'a', model: 'm', servedBy: 's' },
  { type: 'text', text: '' },
  { type: 'refusal', text: 'no' },
  { type: 'reasoning' },
  { type: 'reasoning', text: 't', signature: 's', redacted: 'r', id: 'i', format: 'f', block: 0 },
  { type: 'tool-call-delta' },
  { type: 'tool-call-delta', index: 0, id: 'a', name: 'f', arguments: '{}', kind: 'custom', signature: 's' },
  { type: 'usage', usage: {} },
  { type: 'usage', usage: { input: 0, output: 5, reasoning: 2 }, reportedUsd: 0.5 },
  { type: 'confidence', tokens: 2, logprobSum: -0.5 },
  { type: 'finish', reason: 'content_filter' },
  { type: 'finish', reason: 'stop', raw: 'end' },
  { type: 'warning', warning: { code: 'other', message: 'm', option: 'o' } },
  { type: 'repair', repair: 'r' },
  { type: 'progress' },
]

const bad: readonly [what: string, delta: unknown, field: RegExp][] = [
  ['nothing', undefined, /delta that is no object/],
  ['null', null, /delta that is no object/],
  ['text', 'hello', /delta that is no object/],
  ['a list in a list', [[]], /delta that is no object/],
  ['no type', {}, /unknown type/],
  ['a type that nobody knows', { type: 'tool_call' }, /unknown type "tool_call"/],
  ['a type from a prototype', { type: 'constructor' }, /unknown type "constructor"/],
  ['text without text', { type: 'text' }, /`text`/],
  ['text that is a number', { type: 'text', text: 5 }, /`text`/],
  ['a refusal without text', { type: 'refusal', text: null }, /`text`/],
  ['an id that is a number', { type: 'start', id: 5 }, /`id`/],
  ['reasoning of an object', { type: 'reasoning', text: {} }, /`text`/],
  ['a block between two', { type: 'reasoning', block: 0.5 }, /`block`/],
  ['a negative index', { type: 'tool-call-delta', index: -1 }, /`index` -1/],
  ['an index that is text', { type: 'tool-call-delta', index: '0' }, /`index` "0"/],
  ['parsed arguments', { type: 'tool-call-delta', arguments: {} }, /`arguments`/],
  ['a call of an unknown kind', { type: 'tool-call-delta', kind: 'mcp' }, /`kind` "mcp"/],
  ['no usage', { type: 'usage' }, /usage that is no object/],
  ['a negative count', { type: 'usage', usage: { input: -1 } }, /`input` -1/],
  ['a count that is NaN', { type: 'usage', usage: { output: Number.NaN } }, /`output` NaN/],
  ['half a token', { type: 'usage', usage: { output: 1.5 } }, /`output` 1.5/],
  ['an unknown bucket', { type: 'usage', usage: { prompt_tokens: 1 } }, /bucket "prompt_tokens"/],
  ['a negative cost', { type: 'usage', usage: {}, reportedUsd: -1 }, /`reportedUsd`/],
  ['an endless cost', { type: 'usage', usage: {}, reportedUsd: Number.POSITIVE_INFINITY }, /`reportedUsd`/],
  ['confidence in no number of tokens', { type: 'confidence', logprobSum: -1 }, /`tokens`/],
  ['a probability above 1', { type: 'confidence', tokens: 1, logprobSum: 0.5 }, /`logprobSum` 0.5/],
  ['an endless logarithm', { type: 'confidence', tokens: 1, logprobSum: -Infinity }, /`logprobSum`/],
  ['a finish without a reason', { type: 'finish' }, /finish reason/],
  ['a reason of another house', { type: 'finish', reason: 'end_turn' }, /finish reason "end_turn"/],
  ['a reason from a prototype', { type: 'finish', reason: 'toString' }, /finish reason "toString"/],
  ['a raw reason that is no text', { type: 'finish', reason: 'stop', raw: 1 }, /`raw`/],
  ['a warning that is text', { type: 'warning', warning: 'careful' }, /warning that is no object/],
  ['a warning without words', { type: 'warning', warning: { code: 'other' } }, /`message`/],
  ['a repair that says nothing', { type: 'repair' }, /`repair`/],
]

describe('a delta of an adapter from outside', () => {
  it.each(good)('is given back itself: %j', (delta) => {
    expect(checkDelta(delta)).toBe(delta)
  })

  it.each(bad)('is refused for %s', (_, delta, field) => {
    let thrown: unknown
    try {
      checkDelta(delta)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ProviderError)
    expect(thrown).toMatchObject({ code: 'invalid-response', message: expect.stringMatching(field) })
  })
})
