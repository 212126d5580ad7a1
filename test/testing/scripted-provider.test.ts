// The scripted provider: it says its lines, waits on the clock, and records who called.

import { describe, expect, it } from 'vitest'
import type { ProviderCall } from '../../src/core/contracts.js'
import type { Delta } from '../../src/core/delta.js'
import { ProviderError } from '../../src/core/errors.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type ScriptedProvider, scriptedProvider } from '../../src/testing/scripted-provider.js'

function callWith(signal: AbortSignal = new AbortController().signal): ProviderCall {
  const request = { messages: [{ role: 'user', content: 'Hi' }] } as unknown as ProviderCall['request'] // never read
  return { model: 'test-model', request, signal, connectMs: 30_000 }
}

async function collect(provider: ScriptedProvider, call = callWith()): Promise<Delta[]> {
  const deltas: Delta[] = []
  for await (const delta of provider.stream(call)) deltas.push(...[delta].flat())
  return deltas
}

describe('a scripted provider', () => {
  it('answers a text and finishes', async () => {
    const provider = scriptedProvider({ id: 'fake', replies: ['Hello'] })
    const answer = [
      { type: 'text', text: 'Hello' },
      { type: 'finish', reason: 'stop', raw: 'stop' },
    ]
    expect(await collect(provider)).toEqual(answer)
    expect(await provider.complete?.(callWith())).toEqual(answer)
    expect(provider.calls).toMatchObject([
      { mode: 'stream', model: 'test-model', end: 'finished' },
      { mode: 'complete', end: 'finished' },
    ])
  })

  it('goes through its replies and repeats the last', async () => {
    const provider = scriptedProvider({
      id: 'fake',
      replies: [
        [new ProviderError('overloaded', 'busy')],
        [[{ type: 'tool-call-delta', index: 0, name: 'add' }]],
      ],
    })
    await expect(collect(provider)).rejects.toMatchObject({ code: 'overloaded' })
    const calling = [{ type: 'tool-call-delta' }, { type: 'finish', reason: 'tool_calls' }]
    expect(await collect(provider)).toMatchObject(calling)
    expect(await collect(provider)).toMatchObject(calling)
    expect(provider.calls.map(({ end }) => end)).toEqual(['failed', 'finished', 'finished'])
  })

  it('waits on the clock it was given', async () => {
    const clock = new FakeClock()
    const provider = scriptedProvider({
      id: 'fake',
      clock,
      replies: [[{ waitMs: 50 }, { type: 'text', text: 'a' }]],
    })
    const answer = collect(provider)
    await clock.advance(49)
    expect(provider.calls[0]?.end).toBeUndefined()
    await clock.advance(1)
    expect(await answer).toHaveLength(2)
  })

  it('stops as soon as the signal aborts, with the reason as cause', async () => {
    const clock = new FakeClock()
    const controller = new AbortController()
    const replies = [[{ waitMs: 50 }], [{ waitMs: Number.POSITIVE_INFINITY }]]
    for (const _ of replies) {
      const provider = scriptedProvider({ id: 'fake', clock, replies })
      const answer = collect(provider, callWith(controller.signal))
      controller.abort('gone')
      await expect(answer).rejects.toMatchObject({ code: 'aborted', cause: 'gone' })
      expect(provider.calls[0]?.end).toBe('aborted')
      expect(clock.pending()).toBe(0)
    }
  })

  it('notes a caller that left before the end', async () => {
    const provider = scriptedProvider({ id: 'fake', replies: ['Hello'], canComplete: false })
    for await (const _ of provider.stream(callWith())) break
    expect(provider.calls[0]?.end).toBe('left')
    expect(provider.complete).toBeUndefined()
  })
})
