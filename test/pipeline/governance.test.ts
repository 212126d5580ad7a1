// What may keep a tool call from the caller.

import { describe, expect, it, vi } from 'vitest'
import { ByokError } from '../../src/core/errors.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import type { Governance } from '../../src/pipeline/parts.js'
import type { Commit } from '../../src/pipeline/prepared-request.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { booksOf, drain } from './books.js'

const remove = { type: 'tool-call-delta', id: 'call_1', name: 'remove', arguments: '{"at":"x"}' } as const

/** How a request whose answer calls `remove` ends, and what its caller was shown. */
async function ask(governance: Governance, commit: Commit = 'first-output') {
  const provider = scriptedProvider({ id: 'p', replies: [[{ type: 'text', text: 'Sure.' }, remove]] })
  const emitter = new SafeEmitter(() => undefined)
  const shown: HandlerEvents['delta'][] = []
  emitter.on('delta', (event) => shown.push(event))
  const { prepare } = booksOf(provider, undefined, { governance, emitter })
  const ended = await drain(prepare(['p/m', 'p/n'], commit))
  return { ended, shown: shown.map(({ event }) => event.type), calls: provider.calls.length }
}

describe('governance', () => {
  it('is asked about the whole calls of an answer, and of no other event', async () => {
    const governance = vi.fn<Governance>(async () => undefined)
    expect(await ask(governance)).toMatchObject({
      ended: 'answered',
      shown: expect.arrayContaining(['tool-call']),
    })
    const [request, calls] = governance.mock.calls[0] ?? []
    expect(governance).toHaveBeenCalledOnce()
    expect(request?.labels.requestId).toBe('req_1')
    expect(calls).toEqual([expect.objectContaining({ type: 'tool-call', name: 'remove' })])
  })

  it('keeps the call from the caller where it says no, and no other model is asked', async () => {
    const deny: Governance = async () => {
      throw new ByokError('tool-denied', 'Not this one.')
    }
    const streamed = await ask(deny)
    expect(streamed).toMatchObject({ ended: 'tool-denied', calls: 1 })
    expect(streamed.shown).toContain('text')
    expect(streamed.shown).not.toContain('tool-call')
    expect(await ask(deny, 'done')).toEqual({ ended: 'tool-denied', shown: [], calls: 1 })
  })
})
