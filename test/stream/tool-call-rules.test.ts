// The rules by which fragments become tool calls: which call, which id, which name.
import { describe, expect, it } from 'vitest'
import {
  call,
  calls,
  callsOf,
  chunk,
  entry,
  failureOf,
  finish,
  fold,
  piece,
  shownCalls,
  watch,
} from './chunks.js'

describe('AC4', () => {
  it('numbers the slots 0, 1, … in events, whatever index the provider sent', () => {
    const { events, response } = watch([
      call(7, 'a', 'x'),
      piece(7, '{}'),
      call(3, 'b', 'y'),
      piece(3, '{"n":'),
      piece(7, ' '),
      piece(3, '1}'),
      finish('tool_calls'),
    ])
    const indexes = events.flatMap((event) => ('index' in event ? [event.index] : []))
    expect(indexes).toEqual([0, 0, 1, 1, 0, 1, 0, 1])
    expect(callsOf(response)).toEqual(['a x {} ', 'b y {"n":1}'])
  })

  it('gives a fragment without id and index to the newest call', async () => {
    const chunks = [call(null, 'a', 'x'), call(null, 'b', 'y'), piece(null, '{"n":1}'), finish('tool_calls')]
    expect(callsOf(await fold(chunks))).toEqual(['a x {}', 'b y {"n":1}'])
  })

  it('goes on with an earlier call where its id is named again', async () => {
    const chunks = [
      call(0, 'A', 'x'),
      piece(0, '{"a":'),
      call(0, 'B', 'y'),
      piece(0, '{}'),
      calls(entry(0, 'A', null, '1}')),
      finish('tool_calls'),
    ]
    expect(callsOf(await fold(chunks))).toEqual(['A x {"a":1}', 'B y {}'])
  })

  it.each([1e9, 4_294_967_295])('makes no hole for the index %d', async (index) => {
    const response = await fold([call(index, 'a', 'x'), piece(index, '{}'), finish('tool_calls')])
    expect(response.choices[0].message.tool_calls).toHaveLength(1)
  })

  it.each([-1, 0.5, '__proto__', {}])('refuses the index %j', async (index) => {
    const odd = calls({ index, id: 'a', function: { name: 'x', arguments: '{}' } })
    expect(await failureOf([odd, finish('tool_calls')])).toMatchObject({ code: 'invalid-response' })
  })

  it('refuses a stream of more calls than any model makes', async () => {
    const chunks = Array.from({ length: 129 }, (_, index) => call(index, `id${index}`, 'x'))
    expect(await failureOf(chunks)).toMatchObject({ code: 'invalid-response' })
    expect(
      (await fold([...chunks.slice(0, 128), finish('tool_calls')])).choices[0].message.tool_calls,
    ).toHaveLength(128)
  })
})

describe('AC5', () => {
  it('takes the last id that is not empty, where the first is', async () => {
    const chunks = [call(0, '', 'x'), calls(entry(0, 'late', null)), piece(0, '{}'), finish('tool_calls')]
    expect(callsOf(await fold(chunks))).toEqual(['late x {}'])
  })

  it('shows a call under the same id in its fragments, as a whole, and in the response', () => {
    const { events, response } = watch([
      call(0, null, 'x'),
      piece(0, '{}'),
      call(1, 'b', 'y'),
      piece(1, '{}'),
      call(2, 'b', 'z'),
      finish('tool_calls'),
    ])
    const whole = events.flatMap((event) =>
      event.type === 'tool-call' ? [`${event.id} ${event.name} ${event.arguments}`] : [],
    )
    expect(whole).toEqual(callsOf(response))
    expect(shownCalls(events)).toEqual(whole)
    expect(new Set(whole.map((made) => made.split(' ')[0])).size).toBe(3)
  })

  it('makes other ids for another response', async () => {
    const idIn = async (id: string) =>
      callsOf(await fold([chunk({ tool_calls: [entry(0, null, 'x', '{}')] }, 'tool_calls', { id })]))
    expect(await idIn('one')).not.toEqual(await idIn('two'))
  })
})

describe('AC6', () => {
  it('opens another call for another name without an id, once arguments have come', async () => {
    const chunks = [
      calls(entry(0, null, 'x', '{"n":1}')),
      calls(entry(0, null, 'y', '{"n":2}')),
      finish('tool_calls'),
    ]
    const made = callsOf(await fold(chunks))?.map((one) => one.split(' ').slice(1))
    expect(made).toEqual([
      ['x', '{"n":1}'],
      ['y', '{"n":2}'],
    ])
  })

  it('ignores a name that is repeated with white space behind whole arguments', async () => {
    const chunks = [
      calls(entry(0, null, 'x', '{"n":1}')),
      calls(entry(0, null, 'x', '\n')),
      finish('tool_calls'),
    ]
    expect((await fold(chunks)).choices[0].message.tool_calls).toHaveLength(1)
  })

  it('ignores a name that is repeated while arguments come', async () => {
    const chunks = ['{"n":', '{}', '}'].map((json) => calls(entry(0, null, 'x', json)))
    expect((await fold([...chunks, finish('tool_calls')])).choices[0].message.tool_calls).toMatchObject([
      { function: { name: 'x', arguments: '{"n":{}}' } },
    ])
  })

  it.each([
    ['{"n":"}"', ',"m":1}'],
    ['{"n":"\\\\"}'],
    ['{"n":"a\\', '""', '}'],
    ['[{"n":[]}', ']'],
    [' {"n":1}', '\n'],
  ])('opens another call of the same name once the arguments %j … have closed', async (...pieces) => {
    const sent = [...pieces, '{"again":1}', '{"again":2}'].map((json) => calls(entry(0, null, 'x', json)))
    const made = callsOf(await fold([...sent, finish('tool_calls')]))?.map((one) =>
      one.slice(one.indexOf('x')),
    )
    expect(made).toEqual([`x ${pieces.join('')}`, 'x {"again":1}', 'x {"again":2}'])
  })

  it.each([
    ['{"n":"{}', '{"}'],
    ['[{}', '{}'],
    ['nonsense {}', '{}'],
    ['{}}', '{}'],
  ])('opens no other call behind the arguments %j, which have not closed', async (...pieces) => {
    const sent = pieces.map((json) => calls(entry(0, null, 'x', json)))
    expect((await fold([...sent, finish('tool_calls')])).choices[0].message.tool_calls).toHaveLength(1)
  })

  it('looks at each piece once, however often the name is repeated', async () => {
    // Eight megabytes. Looking at all that has come for each piece takes ten times the limit of a test.
    const json = `{"text":"${'x'.repeat(1000)}"}`
    const chunks = ['[', ...Array<string>(8000).fill(json)].map((sent) => calls(entry(0, null, 'x', sent)))
    const made = (await fold([...chunks, finish('tool_calls')])).choices[0].message.tool_calls
    expect(made).toHaveLength(1)
    expect(made?.[0]).toHaveProperty('function.arguments.length', 1 + 8000 * json.length)
  })

  it('takes a name that comes behind the first arguments', async () => {
    const chunks = [
      calls(entry(0, 'a', null, '{"n"')),
      calls(entry(0, null, 'x', ':1}')),
      finish('tool_calls'),
    ]
    const { events, response } = watch(chunks)
    expect(callsOf(response)).toEqual(['a x {"n":1}'])
    expect(shownCalls(events)).toEqual(['a x {"n":1}'])
  })
})

describe('a call that never got a name', () => {
  it.each(['{"n":1}', ''])('is kept with the arguments %j, marked invalid: nobody can run it', (sent) => {
    const { events, response } = watch([call(0, 'a', null), piece(0, sent), finish('tool_calls')])
    const [made] = response.choices[0].message.tool_calls ?? []
    expect(made).toMatchObject({ id: 'a', function: { name: '' }, invalid: true })
    expect(events.at(-1)).toMatchObject({ type: 'tool-call', id: 'a', name: '', invalid: true })
    expect(events.at(-1)).not.toHaveProperty('input')
  })

  it('is marked invalid in free text too, and where it was cut off', () => {
    const free = { index: 0, id: 'a', type: 'custom', custom: { input: 'ls' } }
    for (const word of ['tool_calls', 'content_filter']) {
      const { response } = watch([calls(free), finish(word)])
      expect(response.choices[0].message.tool_calls).toEqual([
        { id: 'a', type: 'custom', custom: { name: '', input: 'ls' }, invalid: true },
      ])
    }
  })

  it('does not harm the call beside it', () => {
    const { response } = watch([call(0, 'a', null), call(1, 'b', 'f'), piece(1, '{}'), finish('tool_calls')])
    expect(response.choices[0].message.tool_calls?.map(({ invalid }) => invalid)).toEqual([true, undefined])
  })
})
