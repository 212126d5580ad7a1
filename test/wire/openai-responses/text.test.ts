// How the text of a streamed response is understood.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { added, completed, created, decode, done, fold, message, textDelta } from './events.js'

const emptyMessage = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
const reasoningItem = { id: 'rs_1', type: 'reasoning', summary: [] }

function textsOf(deltas: readonly Delta[]): string[] {
  return deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []))
}

describe('the text of a streamed response', () => {
  it('comes piece by piece, exactly as sent', () => {
    const deltas = decode(
      created,
      added(emptyMessage),
      textDelta('Hello'),
      textDelta(' from a response!\n'),
      done(message('Hello from a response!\n')),
      completed([message('Hello from a response!\n')]),
    )
    expect(textsOf(deltas)).toEqual(['Hello', ' from a response!\n'])
    expect(fold(deltas)).toMatchObject({
      id: 'resp_1',
      model: 'gpt-test',
      text: 'Hello from a response!\n',
      finishReason: 'stop',
      rawFinishReason: 'completed',
      usage: { input: 12, cacheRead: 8, output: 9, reasoning: 4 },
      warnings: [],
    })
  })

  it('is one piece where it came without deltas, whichever event has it first', () => {
    const whole = { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, text: 'Hi' }
    for (const events of [
      [added(emptyMessage), whole, done(message('Hi')), completed([message('Hi')])],
      [added(emptyMessage), done(message('Hi')), completed([message('Hi')])],
      [completed([message('Hi')])],
      [done(message('Hi')), completed([])],
    ]) {
      expect(textsOf(decode(created, ...events))).toEqual(['Hi'])
    }
  })

  it('is continued from the finished item where deltas are missing', () => {
    const deltas = decode(
      created,
      added(emptyMessage),
      textDelta('Got it'),
      done(message('Got it, yes.')),
      completed(),
    )
    expect(textsOf(deltas)).toEqual(['Got it', ', yes.'])
  })

  it('stays as it was streamed where the final object says otherwise', () => {
    const deltas = decode(created, added(emptyMessage), textDelta('one'), completed([message('two')]))
    expect(fold(deltas).text).toBe('one')
  })

  it('is filled from the finished items where the final output is empty', () => {
    const deltas = decode(created, done(message('a', 'msg_1')), done(message('b', 'msg_2'), 1), completed([]))
    expect(fold(deltas).text).toBe('ab')
  })

  it('keeps two messages apart, also where every event names place 0', () => {
    for (const output of [[], [message('first '), message('second', 'msg_2')]]) {
      const deltas = decode(
        created,
        added(emptyMessage),
        textDelta('first '),
        done(message('first ')),
        done(message('second', 'msg_2')),
        completed(output),
      )
      expect(textsOf(deltas)).toEqual(['first ', 'second'])
    }
  })

  it('keeps two messages without ids apart, though their deltas look alike', () => {
    const bare = (text?: string) => ({
      type: 'message',
      content: text === undefined ? [] : [{ type: 'output_text', text }],
    })
    const delta = (text: string) => ({ type: 'response.output_text.delta', output_index: 0, delta: text })
    const deltas = decode(
      created,
      ...[added(bare()), delta('a'), delta('b'), done(bare('ab'))],
      ...[added(bare()), delta('c'), delta('d'), done(bare('cd'))],
      completed([]),
    )
    expect(textsOf(deltas)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is heard from an item of a type that nobody knows', () => {
    const item = { id: 'x_1', type: 'speech', content: [] }
    const spoken = { ...item, content: [{ type: 'output_text', text: 'Hello' }] }
    const deltas = decode(
      created,
      added(item),
      textDelta('Hel', 0, 'x_1'),
      textDelta('lo', 0, 'x_1'),
      done(spoken),
      completed([spoken]),
    )
    expect(textsOf(deltas)).toEqual(['Hel', 'lo'])
  })

  it('is not doubled by a gateway that sends another id with each event', () => {
    const deltas = decode(
      created,
      added({ ...emptyMessage, id: 'a' }, 1),
      textDelta('Hel', 1, 'b'),
      textDelta('lo', 1, 'c'),
      done(message('Hello', 'd'), 1),
      completed([reasoningItem, message('Hello', 'e')]),
    )
    expect(textsOf(deltas)).toEqual(['Hel', 'lo'])
  })

  it('needs neither ids nor places', () => {
    const deltas = decode(
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo', item_id: null, output_index: null },
      completed([message('Hello')]),
    )
    expect(textsOf(deltas)).toEqual(['Hel', 'lo'])
  })

  it('keeps a refusal apart', () => {
    const refused = { ...emptyMessage, content: [{ type: 'refusal', refusal: 'I cannot do that.' }] }
    const delta = { type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, delta: 'I cannot' }
    const answer = fold(decode(created, added(emptyMessage), delta, done(refused), completed([refused])))
    expect(answer).toMatchObject({ text: '', refusal: 'I cannot do that.' })
  })
})
