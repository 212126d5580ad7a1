// What becomes of a tool call's arguments at the end: read once, kept as sent, and mended only where that was asked for.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ToolCallEvent } from '../../src/core/stream-event.js'
import { call, finish, piece, watch } from './chunks.js'

/** The one call whose arguments are this text. */
function read(sent: string, word = 'tool_calls', repairToolArguments = false) {
  const { events, response } = watch([call(0, 'a', 'x'), piece(0, sent), finish(word)], {
    repairToolArguments,
  })
  const event = events.at(-1) as ToolCallEvent // the only call is the last event
  const made = response.choices[0].message.tool_calls?.[0]
  return { event, made, repairs: response.byok.repairs }
}

describe('AC10', () => {
  it('parses arguments once, at the end', () => {
    expect(read('{"n": 1}').event).toMatchObject({ arguments: '{"n": 1}', input: { n: 1 } })
    expect(read('{"n": 1}').made).not.toHaveProperty('invalid')
  })

  it.each(['{"n":1,}', '{"n":1', '{"n":"a\nb"}', 'nonsense', '{"n":1}}'])(
    'keeps the broken arguments %j as they were sent, marked invalid',
    (sent) => {
      const { event, made, repairs } = read(sent)
      expect(made).toMatchObject({ function: { arguments: sent }, invalid: true })
      expect(event).toMatchObject({ arguments: sent, invalid: true })
      expect(event).not.toHaveProperty('input')
      expect(repairs).toEqual([])
    },
  )

  it.each(['[1]', '5', '"x"', 'null', 'true', ' [{}] '])(
    'marks %j invalid, which is whole JSON but no object',
    (sent) => {
      for (const mends of [false, true]) {
        const { event, made, repairs } = read(sent, 'tool_calls', mends)
        expect(made).toMatchObject({ function: { arguments: sent }, invalid: true })
        expect(event).toMatchObject({ arguments: sent, invalid: true })
        expect(event).not.toHaveProperty('input')
        expect(repairs).toEqual([])
      }
    },
  )

  it('takes no arguments for an empty object where the call was finished', () => {
    expect(read('').event).toMatchObject({ arguments: '{}', input: {} })
    expect(read('', 'stop').event).toMatchObject({ arguments: '{}', input: {} })
  })

  it.each(['length', 'content_filter', 'refusal'])('never makes a call runnable that %s cut off', (word) => {
    for (const sent of ['', ' ', '{"n":', '{"n":1']) {
      for (const mends of [false, true]) {
        const { event, made, repairs } = read(sent, word, mends)
        expect(made).toMatchObject({ function: { arguments: sent }, invalid: true })
        expect(event).toMatchObject({ arguments: sent, invalid: true })
        expect(event).not.toHaveProperty('input')
        expect(repairs).toEqual([])
      }
    }
  })

  it.each(['{"n":1,}', '{"n":1', '{"n":"a\nb"}'])(
    'never mends %j of a call that the limit cut off',
    (sent) => {
      const { made, repairs } = read(sent, 'length', true)
      expect(made).toMatchObject({ function: { arguments: sent }, invalid: true })
      expect(repairs).toEqual([])
    },
  )

  it.each(['tool_calls', 'stop'])(
    'mends where that was asked for and the end was %s, and says so',
    (word) => {
      const { event, made, repairs } = read('{"n":[1,2,', word, true)
      expect(made).toMatchObject({ function: { arguments: '{"n":[1,2]}' } })
      expect(made).not.toHaveProperty('invalid')
      expect(event).toMatchObject({ input: { n: [1, 2] } })
      expect(repairs).toEqual([expect.stringContaining('"a"')])
    },
  )

  it.each([
    ['{"a":1,}', '{"a":1}'],
    ['{"a":[1,],}', '{"a":[1]}'],
    ['{"a":1 , }', '{"a":1  }'],
    ['{"a":[1, ', '{"a":[1]}'],
    ['{"a":[[1,],[2,], ],}', '{"a":[[1],[2] ]}'],
    ['{"a":"x\ty\u0001"}', '{"a":"x\\ty\\u0001"}'],
    ['{"a":{"b":[', '{"a":{"b":[]}}'],
    ['{"a":",}"}', '{"a":",}"}'],
    ['{"a":"\\"",}', '{"a":"\\""}'],
  ])('mends %j into %j', (sent, mended) => {
    expect(read(sent, 'tool_calls', true).event).toMatchObject({
      arguments: mended,
      input: JSON.parse(mended),
    })
  })

  it.each(['{"a":"cut in the mid', '{"a":', '{"a"', '{a:1}', '{"a":1}}', '{"a":[1,,]}', '[1,', "{'a':1}"])(
    'does not guess what %j was to be',
    (sent) => {
      const { made, repairs } = read(sent, 'tool_calls', true)
      expect(made).toMatchObject({ function: { arguments: sent }, invalid: true })
      expect(repairs).toEqual([])
    },
  )

  it('changes nothing that is whole JSON already', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const sent = JSON.stringify(value)
        const { made, repairs } = read(sent, 'tool_calls', true)
        expect(made).toMatchObject({ function: { arguments: sent } })
        expect(repairs).toEqual([])
      }),
    )
  })

  it('mends an object whose closing brackets are missing into one that says nothing new', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat({ max: 2 }), (numbers, missing) => {
        const whole = JSON.stringify({ a: { b: numbers } })
        const { event } = read(whole.slice(0, whole.length - missing), 'tool_calls', true)
        expect(event.input).toEqual({ a: { b: numbers } })
      }),
    )
  })

  it('mends a great many commas in one pass', () => {
    const many = 200_000
    const { event } = read(`{"n":[${'[1,],'.repeat(many)}]}`, 'tool_calls', true)
    expect(event.arguments === `{"n":[${Array(many).fill('[1]').join(',')}]}`).toBe(true)
  })

  it('drops the keys that would reach the prototype of every object', () => {
    for (const sent of [
      '{"__proto__":{"polluted":1},"n":1}',
      '{"\\u005f_proto__":{"polluted":1},"n":1}',
      '{"constructor":{"prototype":{"polluted":1}},"n":1}',
      '{"n":1,"deep":[{"__proto__":{"polluted":1}}]}',
    ]) {
      const input = read(sent).event.input as Record<string, unknown> // an object was sent
      const merged = Object.assign({}, input)
      expect(merged.n).toBe(1)
      expect(Object.hasOwn(merged, '__proto__')).toBe(false)
      expect('polluted' in merged).toBe(false)
      expect('polluted' in {}).toBe(false)
    }
  })
})
