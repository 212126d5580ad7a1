// The rows of the accumulator's acceptance table that speak of tool calls.
import { describe, expect, it } from 'vitest'
import {
  call,
  calls,
  callsOf,
  chunk,
  done,
  entry,
  finish,
  fold,
  piece,
  shownCalls,
  text,
  watch,
} from './chunks.js'

const warningsOf = async (...chunks: unknown[]) => (await fold(chunks)).byok.warnings.map(({ code }) => code)

describe('row 2', () => {
  it('puts the pieces of a call together, with no content', async () => {
    const chunks = [
      call(0, 'call_123', 'terminal'),
      piece(0, '{"command":'),
      piece(0, ' "ls"}'),
      finish('tool_calls'),
    ]
    expect((await fold(chunks)).choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          {
            id: 'call_123',
            type: 'function',
            function: { name: 'terminal', arguments: '{"command": "ls"}' },
          },
        ],
      },
      finish_reason: 'tool_calls',
    })
  })
})

describe('row 9', () => {
  it('keeps two calls apart whose pieces alternate', async () => {
    const chunks = [
      call(0, 'a', 'first'),
      call(1, 'b', 'second'),
      piece(0, '{"x"'),
      piece(1, '{"y"'),
      piece(0, ':1}'),
      piece(1, ':2}'),
      finish('tool_calls'),
    ]
    expect(callsOf(await fold(chunks))).toEqual(['a first {"x":1}', 'b second {"y":2}'])
  })
})

describe('row 10', () => {
  it('opens a new call for another id at a used index, and gives it what follows', () => {
    const { events, response } = watch([
      call(0, 'A', 'x'),
      piece(0, '{"a":1}'),
      call(0, 'B', 'y'),
      piece(0, '{"b":'),
      piece(0, '2}'),
      finish('tool_calls'),
    ])
    expect(callsOf(response)).toEqual(['A x {"a":1}', 'B y {"b":2}'])
    expect(shownCalls(events)).toEqual(callsOf(response))
  })
})

describe('row 11', () => {
  it('takes an id and a name once that stand in every chunk', async () => {
    const chunks = [
      calls(entry(0, 'a', 'get_weather', '{"x"')),
      calls(entry(0, 'a', 'get_weather', ':1}')),
      finish('tool_calls'),
    ]
    expect(callsOf(await fold(chunks))).toEqual(['a get_weather {"x":1}'])
  })

  it.each([
    ['grows', 'get_', 'get_weather'],
    ['comes in pieces', 'get_', 'weather'],
  ])('reads a name that %s', async (_, first, second) => {
    const chunks = [call(0, 'a', first), call(0, null, second), piece(0, '{}'), finish('tool_calls')]
    expect(callsOf(await fold(chunks))).toEqual(['a get_weather {}'])
  })
})

describe('row 12', () => {
  it('makes an id up where none came: the same in the events, in the response, and the next time', () => {
    const chunks = [call(0, null, 'x'), piece(0, '{}'), finish('tool_calls')]
    const { events, response } = watch(chunks)
    const id = response.choices[0].message.tool_calls?.[0]?.id
    expect(id).toMatch(/^call_[A-Za-z0-9_]+$/)
    expect(events.flatMap((event) => ('id' in event ? [event.id] : []))).toEqual([id, id])
    expect(callsOf(watch(chunks).response)).toEqual([`${id} x {}`])
  })

  it('takes a number for an id as text', async () => {
    expect(callsOf(await fold([call(0, 7, 'x'), piece(0, '{}'), finish('tool_calls')]))).toEqual(['7 x {}'])
  })

  it('tells calls of one id at several indexes apart', async () => {
    const chunks = [0, 1, 2].flatMap((index) => [call(index, 'same', 'x'), piece(index, `{"n":${index}}`)])
    expect(callsOf(await fold([...chunks, finish('tool_calls')]))).toEqual([
      'same x {"n":0}',
      'same_d2 x {"n":1}',
      'same_d3 x {"n":2}',
    ])
  })
})

describe('row 13', () => {
  it('opens a call for each id where no fragment has an index', async () => {
    const chunks = [
      call(null, 'a', 'x'),
      piece(null, '{"a":'),
      piece(null, '1}'),
      call(null, 'b', 'y'),
      piece(null, '{}'),
      finish('tool_calls'),
    ]
    expect(callsOf(await fold(chunks))).toEqual(['a x {"a":1}', 'b y {}'])
  })

  it('gives a finished call without arguments an empty object', () => {
    const nothing = { index: 0, id: 'a', function: { name: 'now', arguments: null } }
    const { events, response } = watch([calls(nothing), finish('tool_calls')])
    expect(callsOf(response)).toEqual(['a now {}'])
    expect(events.at(-1)).toEqual({
      type: 'tool-call',
      index: 0,
      id: 'a',
      name: 'now',
      arguments: '{}',
      input: {},
    })
  })

  it('reads several calls in one chunk', async () => {
    const chunks = [calls(entry(0, 'a', 'x', '{}'), entry(1, 'b', 'y', '{"n":1}')), finish('tool_calls')]
    expect(callsOf(await fold(chunks))).toEqual(['a x {}', 'b y {"n":1}'])
  })

  it('keeps a fragment that comes in the chunk of the finish', async () => {
    const last = chunk({ tool_calls: [entry(0, null, null, ':1}')] }, 'tool_calls')
    expect(callsOf(await fold([call(0, 'a', 'x'), piece(0, '{"n"'), last]))).toEqual(['a x {"n":1}'])
  })
})

describe('row 17', () => {
  it('takes an end mark behind whole calls for tool_calls, with a warning', async () => {
    const chunks = [call(0, 'a', 'x'), piece(0, '{}'), done]
    expect((await fold(chunks)).choices[0].finish_reason).toBe('tool_calls')
    expect(await warningsOf(...chunks)).toEqual(['missing-finish-reason'])
  })

  it('takes an end mark behind text for stop, with a warning', async () => {
    const response = await fold([text('x'), done])
    expect(response.choices[0].finish_reason).toBe('stop')
    expect(response.byok.finishReason).toBeNull()
    expect(await warningsOf(text('x'), done)).toEqual(['missing-finish-reason'])
  })
})

describe('row 18', () => {
  it.each(['{"path": "/et', ''])(
    'keeps the arguments %j of a call that the limit cut off, as invalid',
    (sent) => {
      const { events, response } = watch([call(0, 'a', 'read'), piece(0, sent), finish('length')])
      expect(response.choices[0].finish_reason).toBe('length')
      expect(response.choices[0].message.tool_calls).toEqual([
        { id: 'a', type: 'function', function: { name: 'read', arguments: sent }, invalid: true },
      ])
      expect(events.at(-1)).toEqual({
        type: 'tool-call',
        index: 0,
        id: 'a',
        name: 'read',
        arguments: sent,
        invalid: true,
      })
    },
  )

  it('marks a call of a custom tool that the limit cut off, and no other', () => {
    const custom = calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'write', input: 'half a th' } })
    for (const [word, mark] of [
      ['length', { invalid: true }],
      ['tool_calls', {}],
    ] as const) {
      const { events, response } = watch([custom, finish(word)])
      expect(response.choices[0].message.tool_calls).toEqual([
        { id: 'a', type: 'custom', custom: { name: 'write', input: 'half a th' }, ...mark },
      ])
      const shown = { type: 'tool-call', index: 0, id: 'a', name: 'write', arguments: 'half a th' }
      expect(events.at(-1)).toEqual({ ...shown, ...mark })
    }
  })
})

describe('row 19', () => {
  it('calls the end tool_calls where whole calls came, and keeps the word of the provider', async () => {
    const response = await fold([call(0, 'a', 'x'), piece(0, '{}'), finish('stop')])
    expect(callsOf(response)).toEqual(['a x {}'])
    expect(response.choices[0].finish_reason).toBe('tool_calls')
    expect(response.byok.finishReason).toBe('stop')
  })
})
