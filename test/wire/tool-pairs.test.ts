// How tool calls and results that came apart are put together.

import { describe, expect, it } from 'vitest'
import { adapt, calls, result, user } from './histories.js'

const stubResult = (id: string) =>
  expect.objectContaining({ role: 'tool', tool_call_id: id, content: expect.stringContaining('No result') })
const stubCalls = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({
    id,
    type: 'function',
    function: { name: expect.any(String), arguments: '{}' },
  })),
})

describe('tool calls and results that came apart', () => {
  it('get a stub call before a result that has none, one for a whole batch', () => {
    const fitted = adapt([user, result('a'), result('b'), user])
    expect(fitted.messages).toEqual([user, stubCalls('a', 'b'), result('a'), result('b'), user])
    expect(fitted.repairs).toHaveLength(2)
  })

  it('get a stub call where cutting the history took the call away', () => {
    expect(adapt([result('a'), { role: 'assistant', content: 'So.' }]).messages[0]).toEqual(stubCalls('a'))
  })

  it('get a stub result in the middle of a history, behind the results that are there', () => {
    const fitted = adapt([calls('a', 'b'), result('b'), user])
    expect(fitted.messages).toEqual([calls('a', 'b'), result('b'), stubResult('a'), user])
    expect(fitted.repairs).toEqual([expect.stringContaining('"a"')])
    expect(adapt([calls('a'), user]).messages).toEqual([calls('a'), stubResult('a'), user])
  })

  it('lose a last message that only calls, also several of them', () => {
    const fitted = adapt([user, calls('a'), { ...calls('b'), content: '' }])
    expect(fitted.messages).toEqual([user])
    expect(fitted.repairs).toHaveLength(2)
  })

  it('keep a last message that calls and says something, or has some results', () => {
    const spoken = { ...calls('a'), content: 'Let me see.' }
    expect(adapt([user, spoken]).messages).toEqual([user, spoken, stubResult('a')])
    expect(adapt([user, calls('a', 'b'), result('a')]).messages).toEqual([
      user,
      calls('a', 'b'),
      result('a'),
      stubResult('b'),
    ])
  })

  it('are put together again where something stands between them', () => {
    const fitted = adapt([calls('a', 'b'), result('b'), user, result('a'), user])
    expect(fitted.messages).toEqual([calls('a', 'b'), result('b'), result('a'), user, user])
    expect(fitted.repairs).toEqual([expect.stringContaining('moved')])
  })

  it('are never put together backwards, nor across another call of the same id', () => {
    expect(adapt([result('a'), user, calls('a'), user]).messages).toEqual([
      stubCalls('a'),
      result('a'),
      user,
      calls('a'),
      stubResult('a'),
      user,
    ])
    const later = [calls('a'), result('a', 'second'), user]
    expect(adapt([calls('a'), user, ...later]).messages).toEqual([
      calls('a'),
      stubResult('a'),
      user,
      ...later,
    ])
  })

  it('keep a second result of one call behind a stub of its own', () => {
    expect(
      adapt([calls('a'), result('a', 'one'), result('a', 'two'), result('a', 'three')]).messages,
    ).toEqual([
      calls('a'),
      result('a', 'one'),
      stubCalls('a'),
      result('a', 'two'),
      stubCalls('a'),
      result('a', 'three'),
    ])
  })

  it('keep their own results first where a stray one stands among them', () => {
    expect(adapt([calls('a', 'b'), result('a'), result('x'), result('b')]).messages).toEqual([
      calls('a', 'b'),
      result('a'),
      result('b'),
      stubCalls('x'),
      result('x'),
    ])
  })

  it('may have hostile ids', () => {
    const ids = ['__proto__', 'constructor', 'toString', 'a\nb', 'x'.repeat(10_000)]
    const whole = [calls(...ids), ...ids.map((id) => result(id))]
    expect(adapt(whole).messages).toBe(whole)
    const fitted = adapt(ids.map((id) => result(id)))
    expect(fitted.messages).toEqual([stubCalls(...ids), ...ids.map((id) => result(id))])
    expect(fitted.repairs.every((repair) => repair.length < 200 && !repair.includes('\n'))).toBe(true)
    expect(({} as Record<string, unknown>).role).toBeUndefined()
  })
})
