// Exactly once, in every ending: one hold and one settlement, one permit and one verdict, one event each way.

import { describe, expect, it } from 'vitest'
import type { ProviderAdapter } from '../../src/core/contracts.js'
import { ProviderError } from '../../src/core/errors.js'
import type { AttemptQuestion, Grant } from '../../src/cost/budget.js'
import type { Bill } from '../../src/cost/pricing.js'
import type { AttemptResult } from '../../src/cost/record.js'
import { BYOKHandler } from '../../src/handler.js'
import { abortedBy } from '../../src/pipeline/context.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { type ScriptedReply, scriptedProvider } from '../../src/testing/scripted-provider.js'
import { AttemptLedger } from './attempt-ledger.js'
import { booksOf, drain } from './books.js'
import { closing, failureOf, readAll, stageOf, until, upstreamWith, watch } from './stage.js'

const word = { type: 'text', text: 'a' } as const
const failure = (code: 'provider' | 'authentication' | 'invalid-request') =>
  new ProviderError(code, 'no', { status: 500 })

describe('the books', () => {
  it.each<[string, readonly ScriptedReply[], string, number, string[]]>([
    ['an answer', ['hello'], 'answered', 1, ['success']],
    ['a failure before output', [[failure('authentication')]], 'authentication', 1, ['ignore']],
    ['a failure after output', [[word, failure('provider')]], 'provider', 1, ['failure']],
    ['a fallback that answers', [[failure('provider')], 'hello'], 'answered', 2, ['success']],
    ['a fallback that fails', [[failure('provider')], [failure('provider')]], 'provider', 2, ['failure']],
    ['an adapter that throws anything', [[new Error('odd')], [new Error('odd')]], 'provider', 2, ['failure']],
    ['an answer without an end', [[[word], failure('invalid-request')]], 'invalid-request', 1, ['ignore']],
  ])('%s is settled once, and its permit given back once', async (_, replies, outcome, attempts, verdict) => {
    const { ledger, verdicts, prepare, clock } = booksOf(scriptedProvider({ id: 'p', replies }))
    const context = prepare('p/m')
    expect(await drain(context)).toBe(outcome)
    expect(ledger.counts()).toEqual({ admitted: attempts, committed: attempts, released: 0, open: 0 })
    expect(context.attempts).toHaveLength(attempts)
    expect(verdicts).toEqual(verdict)
    expect(clock.pending()).toBe(0)
  })

  it('BR2: each candidate has a permit of its own', async () => {
    const provider = scriptedProvider({
      id: 'p',
      replies: [[failure('provider')], [failure('provider')], 'hello'],
    })
    const { verdicts, prepare } = booksOf(provider)
    expect(await drain(prepare(['p/a', 'p/b']))).toBe('answered')
    expect(verdicts).toEqual(['failure', 'success'])
  })

  it('IN3: a caller who leaves in the middle is settled, and counts against nobody', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[word, { waitMs: Number.POSITIVE_INFINITY }]] })
    const { ledger, verdicts, prepare, clock } = booksOf(provider)
    const context = prepare('p/m')
    const aborted = drain(context)
    await new Promise((resolve) => setImmediate(resolve))
    context.interrupt(abortedBy('enough'))
    expect(await aborted).toBe('aborted')
    expect(verdicts).toEqual(['ignore'])
    expect(ledger.counts()).toMatchObject({ admitted: 1, committed: 1, open: 0 })
    expect(context.attempts[0]).toMatchObject({ outcome: 'aborted', usageEstimated: true })
    expect(clock.pending()).toBe(0)
  })

  it('a caller who leaves while the budget is still asked leaves no hold behind, and nothing is sent', async () => {
    let answer = () => {}
    class SlowLedger extends AttemptLedger {
      override async admit(question: AttemptQuestion): Promise<Grant> {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        return super.admit(question)
      }
    }
    const provider = scriptedProvider({ id: 'p', replies: ['hello'] })
    const { ledger, verdicts, prepare } = booksOf(provider, new SlowLedger())
    const context = prepare('p/m')
    const drained = drain(context)
    await new Promise((resolve) => setImmediate(resolve))
    context.interrupt(abortedBy('enough'))
    expect(await drained).toBe('aborted')
    answer()
    await new Promise((resolve) => setImmediate(resolve))
    expect(ledger.counts()).toEqual({ admitted: 1, committed: 0, released: 1, open: 0 })
    expect(provider.calls).toEqual([])
    expect(verdicts).toEqual(['ignore'])
  })

  it('a caller who leaves as an attempt is told has no adapter asked, and pays nothing', async () => {
    const provider = scriptedProvider({ id: 'p', replies: ['hello'] })
    const { parts, ledger, verdicts, prepare } = booksOf(provider)
    const context = prepare('p/m')
    parts.emitter.on('attempt', () => context.interrupt(abortedBy('enough')))
    expect(await drain(context)).toBe('aborted')
    expect(provider.calls).toEqual([])
    expect(ledger.counts()).toEqual({ admitted: 1, committed: 0, released: 1, open: 0 })
    expect(context.attempts.map(({ outcome }) => outcome)).toEqual(['aborted'])
    expect(verdicts).toEqual(['ignore'])
  })

  it('a budget that refuses sends nothing, and says nothing about the model', async () => {
    class Refusing extends AttemptLedger {
      override async admit(): Promise<never> {
        throw new ProviderError('budget-exceeded', 'No.')
      }
    }
    const provider = scriptedProvider({ id: 'p', replies: ['hello'] })
    const { verdicts, prepare } = booksOf(provider, new Refusing())
    expect(await drain(prepare('p/m'))).toBe('budget-exceeded')
    expect(provider.calls).toEqual([])
    expect(verdicts).toEqual(['ignore'])
  })

  it('an attempt is settled by the id under which it was admitted', async () => {
    const settled: string[] = []
    class Watched extends AttemptLedger {
      override async commit(attemptId: string, result: AttemptResult): Promise<Bill> {
        settled.push(attemptId)
        return super.commit(attemptId, result)
      }
    }
    const { prepare, ledger } = booksOf(
      scriptedProvider({ id: 'p', replies: [[failure('provider')], 'hello'] }),
      new Watched(),
    )
    const context = prepare('p/m')
    await drain(context)
    expect(settled).toEqual(context.attempts.map(({ id }) => id))
    expect(ledger.counts().open).toBe(0)
  })
})

describe('events and sockets', () => {
  const endings: readonly [what: string, ending: Reply, wasCut: boolean][] = [
    ['an answer', closing(reply.chat()), false],
    ['a refused key', closing(reply.status(401)), false],
    ['a broken stream', reply.reset({ afterEvents: 3 }), false],
    ['a stream that ends too early', closing(reply.end({ afterEvents: 3 })), false],
    ['an event that is no JSON', closing(reply.badEvent({ afterEvents: 3 })), false],
    ['an error in the stream', closing(reply.errorEvent({ afterEvents: 3 })), false],
    ['a web page', closing(reply.html()), false],
    ['a socket that stays open behind the end', closing(reply.stall()), true],
    ['an event too large', closing(reply.hugeEvent({ bytes: 1_100_000, afterEvents: 3 })), true],
  ]

  it.each(endings)(
    '%s: one event at the start and one at the end of each attempt, and no socket is left',
    async (_, ending, wasCut) => {
      const upstream = await upstreamWith([ending])
      const { handler, told } = stageOf({ one: upstream, two: upstream })
      await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
      await handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' }).catch(() => undefined)
      const begun = told.attempts.map(({ attemptId }) => attemptId)
      expect(begun.length).toBeGreaterThanOrEqual(2)
      expect(told.attemptEnds.map(({ attempt }) => attempt.id)).toEqual(begun)
      expect(new Set(begun).size).toBe(begun.length)
      expect(told.answers.length + told.errors.length).toBe(2)
      await Promise.all(upstream.requests.map(({ over }) => over))
      // For a connection that had to be cut, Node's fetch opens an idle one, and closes it after four seconds.
      const idle = wasCut ? upstream.hits() : 0
      await until(() => upstream.openSockets() <= idle, 'all connections end')
    },
  )

  it('a consumer who leaves: the same', async () => {
    const upstream = await upstreamWith([
      closing({ ...reply.chat({ text: Array(500).fill('x') }), eventEveryMs: 5 }),
    ])
    const { handler, told } = stageOf({ one: upstream })
    for await (const event of handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      if (event.type === 'text') break
    expect(told.attempts).toHaveLength(1)
    expect(told.attemptEnds).toMatchObject([{ attempt: { outcome: 'aborted', usageEstimated: true } }])
    await until(() => upstream.requests.every(({ closedByClient }) => closedByClient), 'the connection ends')
  })

  it('an adapter whose cleanup hangs or fails holds up and changes nothing', async () => {
    for (const cleanup of [
      () => new Promise<never>(() => undefined),
      () => Promise.reject(new Error('late')),
    ]) {
      const adapter: ProviderAdapter = {
        id: 'odd',
        async *stream() {
          try {
            yield { type: 'text', text: 'hello' }
            yield { type: 'finish', reason: 'stop' }
          } finally {
            await cleanup()
          }
        },
      }
      const { handler, told } = watch(new BYOKHandler({ adapters: [adapter] }))
      for await (const event of handler.streamCompletion({ model: 'odd/m', prompt: 'x' }))
        if (event.type === 'text') break
      expect(told.attemptEnds).toHaveLength(1)
    }
  })

  it('an adapter whose iterator cannot be left properly changes nothing', async () => {
    const adapter = {
      id: 'odd',
      stream: () => {
        const deltas = [
          { type: 'text' as const, text: 'hello' },
          { type: 'finish' as const, reason: 'stop' as const },
        ]
        return {
          [Symbol.asyncIterator]: () => ({
            next: async () => {
              const value = deltas.shift()
              return value === undefined
                ? { done: true as const, value: undefined }
                : { done: false as const, value }
            },
            return: (): never => {
              throw new Error('not like this')
            },
          }),
        }
      },
    }
    const { handler, told } = watch(new BYOKHandler({ adapters: [adapter] }))
    expect((await handler.generateResponse({ model: 'odd/m', prompt: 'x' })).text).toBe('hello')
    for await (const event of handler.streamCompletion({ model: 'odd/m', prompt: 'x' }))
      if (event.type === 'text') break
    expect(told.attemptEnds).toHaveLength(2)
    expect(await failureOf(handler.generateResponse({ model: 'none/m', prompt: 'x' }))).toMatchObject({
      code: 'invalid-request',
    })
  })

  it('an adapter that cannot be left at all is told by its signal', async () => {
    const signals: AbortSignal[] = []
    const adapter: ProviderAdapter = {
      id: 'odd',
      stream: ({ signal }) => {
        signals.push(signal)
        let calls = 0
        const next = async () => ({
          done: false as const,
          value: { type: 'tool-call-delta' as const, id: `c${calls++}`, name: 'f', arguments: '{}' },
        })
        return { [Symbol.asyncIterator]: () => ({ next }) }
      },
    }
    const { handler } = watch(new BYOKHandler({ adapters: [adapter] }))
    expect((await failureOf(handler.generateResponse({ model: 'odd/m', prompt: 'x' }))).code).toBe(
      'invalid-response',
    )
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
