// How ids that a provider would refuse are replaced.

import { describe, expect, it } from 'vitest'
import type { AssistantMessage, Message } from '../../src/core/message.js'
import { fitHistory, type HistoryTarget } from '../../src/wire/replay.js'
import { adapt, calls, result, target, user } from './histories.js'

describe('ids that the provider would refuse', () => {
  const nine: HistoryTarget = { ...target, toolCallIds: { pattern: '[a-zA-Z0-9]{9}' } }

  it('are replaced alike in the call, in its result, and in its opaque state', () => {
    const signed: AssistantMessage = {
      ...calls('call-1', 'AAAAAAAAA'),
      byok: { ...target, reasoning: [{ signature: 'sig', toolCallId: 'call-1' }, { text: 'hm' }] },
    }
    const [asked, first, second] = adapt([signed, result('AAAAAAAAA'), result('call-1')], nine).messages
    const id = second?.role === 'tool' ? second.tool_call_id : ''
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(first).toEqual(result('AAAAAAAAA'))
    expect(asked).toMatchObject({
      tool_calls: [{ id }, { id: 'AAAAAAAAA' }],
      byok: { reasoning: [{ signature: 'sig', toolCallId: id }, { text: 'hm' }] },
    })
  })

  it('become the same id each time, in whatever history', () => {
    const ids = (messages: readonly Message[]) =>
      adapt(messages, nine).messages.flatMap((message) =>
        message.role === 'tool' ? [message.tool_call_id] : [],
      )
    const once = ids([calls('call_x'), result('call_x')])
    expect(ids([user, calls('call_y'), result('call_y'), calls('call_x'), result('call_x')])[1]).toBe(once[0])
  })

  it('never become one that is there already, and stay apart', () => {
    const alone = adapt([calls('call-1'), result('call-1')], nine).messages[1]
    const wanted = alone?.role === 'tool' ? alone.tool_call_id : ''
    const fitted = adapt([calls('call-1', wanted), result('call-1'), result(wanted)], nine).messages[0]
    const given = fitted?.role === 'assistant' ? (fitted.tool_calls ?? []).map((one) => one.id) : []
    expect(given[1]).toBe(wanted)
    expect(given[0]).not.toBe(wanted)
  })

  it('are cut to a length, and only those that are too long', () => {
    const long = 'call_'.padEnd(70, 'x')
    const other = `${long}y`
    const reader = { ...target, toolCallIds: { maxLength: 64 } }
    const fitted = adapt([calls('short', long, other), result('short'), result(long), result(other)], reader)
    const ids = fitted.messages.flatMap((message) => (message.role === 'tool' ? [message.tool_call_id] : []))
    expect(ids[0]).toBe('short')
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id.length <= 64)).toBe(true)
    expect(fitted.repairs).toHaveLength(1)
  })

  it('stay where no id can be found that fits', () => {
    const messages = [calls('a'), result('a')]
    expect(fitHistory(messages, { ...target, toolCallIds: { pattern: '(?!)' } }).messages).toBe(messages)
  })
})

describe('an id that several calls of one message share', () => {
  const idsOf = (messages: readonly Message[]) =>
    messages.flatMap((message) => {
      if (message.role === 'tool') return [message.tool_call_id]
      return message.role === 'assistant' ? (message.tool_calls ?? []).map((one) => one.id) : []
    })

  it('stays with the first, and the results follow in order', () => {
    const asked = calls('a', 'b', 'a', 'a')
    const fitted = adapt([user, asked, result('a', '1'), result('b'), result('a', '2'), result('a', '3')])
    expect(fitted.messages).toEqual([
      user,
      calls('a', 'b', 'a_d2', 'a_d3'),
      result('a', '1'),
      result('b'),
      result('a_d2', '2'),
      result('a_d3', '3'),
    ])
    expect(fitted.repairs).toEqual([expect.stringContaining('shared an id')])
  })

  it('never takes an id that is there already', () => {
    expect(
      idsOf(adapt([calls('a', 'a_d2', 'a'), result('a'), result('a_d2'), result('a')]).messages),
    ).toEqual(['a', 'a_d2', 'a_d3', 'a', 'a_d2', 'a_d3'])
  })

  it('leaves another message with the same id alone', () => {
    const messages = [calls('a', 'a'), result('a'), result('a'), calls('a'), result('a')]
    expect(idsOf(adapt(messages).messages)).toEqual(['a', 'a_d2', 'a', 'a_d2', 'a', 'a'])
  })

  it('gives a call without a result a stub of its own', () => {
    const fitted = adapt([{ ...calls('a', 'a'), content: 'Look.' }, result('a'), user])
    expect(idsOf(fitted.messages)).toEqual(['a', 'a_d2', 'a', 'a_d2'])
  })

  it('is replaced by ids that the provider accepts', () => {
    const reader: HistoryTarget = { ...target, toolCallIds: { pattern: '[a-zA-Z0-9]{9}' } }
    const [first, second, ...results] = idsOf(
      adapt([calls('AAAAAAAAA', 'AAAAAAAAA'), result('AAAAAAAAA'), result('AAAAAAAAA')], reader).messages,
    )
    expect(first).toBe('AAAAAAAAA')
    expect(second).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(second).not.toBe(first)
    expect(results).toEqual([first, second])
  })
})
