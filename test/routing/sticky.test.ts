// Sessions: who answered last, for how long that is remembered, and what a tool loop keeps.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import { Sessions } from '../../src/routing/sticky.js'
import { beforeToolLoop, isInToolLoop } from '../../src/routing/tool-loop.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const turn = { provider: 'openai', model: 'gpt-4o', level: 'complex', taskType: 'code' } as const
const other = { provider: 'groq', model: 'llama', level: 'simple', taskType: 'chat' } as const

function sessionsOf(sessions?: number) {
  const clock = new FakeClock()
  return { clock, sessions: new Sessions({ clock, ...(sessions === undefined ? {} : { sessions }) }) }
}

describe('RK11: a session', () => {
  it('RK11: remembers the model that last answered it', () => {
    const { sessions } = sessionsOf()
    expect(sessions.last('acme', 's')).toBeUndefined()
    sessions.note('acme', 's', turn, false)
    expect(sessions.last('acme', 's')).toEqual(turn)
    sessions.note('acme', 's', other, false)
    expect(sessions.last('acme', 's')).toEqual(other)
  })

  it('RK11: inside a tool loop keeps the level and the task type of the turn that began it', () => {
    const { sessions } = sessionsOf()
    sessions.note('acme', 's', turn, false)
    sessions.note('acme', 's', other, true)
    expect(sessions.last('acme', 's')).toEqual({ ...turn, provider: 'groq', model: 'llama' })
    sessions.note('acme', 's', other, false)
    expect(sessions.last('acme', 's')).toEqual(other)
  })

  it('RK11: takes what a tool loop says where nobody saw how the turn began', () => {
    const { sessions } = sessionsOf()
    sessions.note('acme', 's', turn, true)
    expect(sessions.last('acme', 's')).toEqual(turn)
    sessions.note('acme', 't', { provider: 'p', model: 'm' }, false)
    sessions.note('acme', 't', turn, true)
    expect(sessions.last('acme', 't')).toEqual(turn)
  })

  it('RK11: is nobody else’s: no tenant, and no session of another name, ever meets it', () => {
    const name = fc.option(fc.string({ maxLength: 6 }), { nil: undefined })
    fc.assert(
      fc.property(name, fc.string({ maxLength: 6 }), name, fc.string({ maxLength: 6 }), (a, b, c, d) => {
        const { sessions } = sessionsOf()
        sessions.note(a, b, turn, false)
        expect(sessions.last(c, d) !== undefined).toBe(a === c && b === d)
      }),
    )
    const { sessions } = sessionsOf()
    sessions.note('a', 'b:c', turn, false)
    for (const [tenant, session] of [
      ['a:b', 'c'],
      ['a', 'b'],
      [undefined, 'b:c'],
      ['null', 'b:c'],
    ] as const)
      expect(sessions.last(tenant, session)).toBeUndefined()
  })

  it('RK11: is forgotten an hour after its last answer, and asking does not prolong that', async () => {
    const { clock, sessions } = sessionsOf()
    sessions.note('acme', 's', turn, false)
    await clock.advance(3_599_999)
    expect(sessions.last('acme', 's')).toEqual(turn)
    await clock.advance(1)
    expect(sessions.last('acme', 's')).toBeUndefined()
    sessions.note('acme', 's', other, true)
    expect(sessions.last('acme', 's')).toEqual(other)
    await clock.advance(3_000_000)
    sessions.note('acme', 's', turn, false)
    await clock.advance(3_000_000)
    expect(sessions.last('acme', 's')).toEqual(turn)
  })

  it('RK11: makes room for others where there are 10,000: the one that was answered longest ago', () => {
    const { sessions } = sessionsOf()
    for (let number = 0; number < 10_000; number += 1) sessions.note('acme', `s${number}`, turn, false)
    sessions.note('acme', 's0', other, false)
    sessions.note('acme', 'new', turn, false)
    expect(sessions.last('acme', 's0')).toEqual(other)
    expect(sessions.last('acme', 's1')).toBeUndefined()
    expect(sessions.last('acme', 's2')).toEqual(turn)
    expect(sessions.last('acme', 'new')).toEqual(turn)
  })
})

const user: Message = { role: 'user', content: 'What is the weather?' }
const system: Message = { role: 'system', content: 'Be brief.' }
const calls: Message = {
  role: 'assistant',
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
}
const result: Message = { role: 'tool', tool_call_id: 'c1', content: 'Rain.' }
const answer: Message = { role: 'assistant', content: 'It rains.' }
const talk: Message = { role: 'assistant', content: 'Let me see.', tool_calls: [] }

describe('RK11: a tool loop', () => {
  it('RK11: is where tools were called since the user last spoke', () => {
    expect(isInToolLoop([user, calls, result])).toBe(true)
    expect(isInToolLoop([user, calls])).toBe(true)
    expect(isInToolLoop([user, result])).toBe(true)
    expect(isInToolLoop([user, calls, result, calls, result])).toBe(true)
    expect(isInToolLoop([user, calls, result, answer])).toBe(true)
    expect(isInToolLoop([calls, result])).toBe(true)
    expect(isInToolLoop([])).toBe(false)
    expect(isInToolLoop([user])).toBe(false)
    expect(isInToolLoop([user, answer])).toBe(false)
    expect(isInToolLoop([user, talk])).toBe(false)
    expect(isInToolLoop([user, calls, result, answer, user])).toBe(false)
    expect(isInToolLoop([user, calls, result, user])).toBe(false)
  })

  it('RK11: is cut off, so that the question that began it is seen again', () => {
    expect(beforeToolLoop([system, user, calls, result])).toEqual([system, user])
    expect(beforeToolLoop([user, answer, user, talk, calls, result, calls, result])).toEqual([
      user,
      answer,
      user,
    ])
    expect(beforeToolLoop([user, system, calls, result])).toEqual([user, system])
    expect(beforeToolLoop([system, calls, result])).toEqual([system])
    expect(beforeToolLoop([user, result])).toEqual([user])
  })

  it('RK11: leaves everything else as it is', () => {
    for (const messages of [[], [user], [user, answer], [user, calls, result, answer, user]])
      expect(beforeToolLoop(messages)).toBe(messages)
  })

  it('RK11: shows the same messages in each of its requests as in the first one', () => {
    const before = fc.array(fc.constantFrom(system, user, calls, result, answer))
    const loop = fc.array(fc.constantFrom(calls, result, talk, system))
    fc.assert(
      fc.property(before, loop, (earlier, later) => {
        const asked = [...earlier, user]
        expect(beforeToolLoop([...asked, calls, ...later])).toEqual(asked)
      }),
    )
  })
})
