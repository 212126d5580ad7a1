// What may keep a tool call from the caller.

import { describe, expect, it, vi } from 'vitest'
import { ByokError, ProviderError } from '../../src/core/errors.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import { keysOf } from '../../src/keys/key-format.js'
import { KeyResolver } from '../../src/keys/resolver.js'
import type { Governance, Parts } from '../../src/pipeline/parts.js'
import type { Commit } from '../../src/pipeline/prepared-request.js'
import { type ScriptedReply, scriptedProvider } from '../../src/testing/scripted-provider.js'
import { AttemptLedger } from './attempt-ledger.js'
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

describe('an error of our own parts', () => {
  const own: readonly [what: string, error: ByokError][] = [
    ['a missing permission', new ByokError('permission', 'Not this customer.')],
    ['a used-up quota', new ByokError('quota-exceeded', 'Nothing left.')],
    ['a rate limit', new ByokError('rate-limited', 'Too many.')],
    ['what another provider told it', new ProviderError('authentication', 'No.', { status: 401 })],
    ['a judge that failed', new ByokError('provider', 'No verdict.')],
  ]
  const keys = [{ value: 'test-key-main-0001' }, { value: 'test-key-spare-0001' }]

  /** A provider with two keys, and what is known of its keys and itself behind one request. */
  async function askWithKeys(replies: ScriptedReply[], other: Partial<Parts>, ledger?: AttemptLedger) {
    const provider = scriptedProvider({ id: 'p', replies })
    const resolver = new KeyResolver(new Map([['p', keysOf(keys, 'p')]]))
    const { prepare, parts, verdicts } = booksOf(provider, ledger, { keys: resolver, ...other })
    const ended = await drain(prepare('p/m', 'done'))
    const health = parts.health.of('p/m')
    return { ended, calls: provider.calls.length, keys: parts.keyPool.states().length, verdicts, health }
  }

  it.each(own)('puts no key out of use and tries no other: %s that governance tells of', async (_, error) => {
    const governance: Governance = async () => {
      throw error
    }
    const seen = await askWithKeys(['hello'], { governance })
    expect(seen).toMatchObject({
      ended: error.code,
      calls: 1,
      keys: 0,
      verdicts: ['ignore'],
      health: { calls: 0 },
    })
  })

  it.each(own)('puts no key out of use and asks nobody: %s that the budget tells of', async (_, error) => {
    const ledger = new AttemptLedger()
    vi.spyOn(ledger, 'admit').mockRejectedValue(error)
    const seen = await askWithKeys(['hello'], {}, ledger)
    expect(seen).toMatchObject({
      ended: error.code,
      calls: 0,
      keys: 0,
      verdicts: ['ignore'],
      health: { calls: 0 },
    })
  })

  it('is told from the same error of the provider, which does', async () => {
    const refused = new ProviderError('permission', 'No.', { status: 403 })
    expect(await askWithKeys([[refused], 'hello'], {})).toMatchObject({
      ended: 'answered',
      calls: 2,
      keys: 1,
    })
  })
})
