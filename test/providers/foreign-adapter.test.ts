// Adapters from outside the package: what they may do, and what their faults may not do to a request.

import { describe, expect, it } from 'vitest'
import type { ProviderAdapter } from '../../src/core/contracts.js'
import type { Delta } from '../../src/core/delta.js'
import { ProviderError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import { attemptsOf, failureOf, readAll, watch } from '../pipeline/stage.js'

const request = { model: 'foreign/m', prompt: 'x' }
const text: Delta = { type: 'text', text: 'hello' }
const finish: Delta = { type: 'finish', reason: 'stop', raw: 'done' }

function stageWith(stream: ProviderAdapter['stream'], complete?: ProviderAdapter['complete']) {
  const adapter: ProviderAdapter = { id: 'foreign', stream, ...(complete === undefined ? {} : { complete }) }
  return watch(new BYOKHandler({ adapters: [adapter], timeout: { idleMs: 5_000 } }))
}

describe('an adapter from outside', () => {
  it('may yield single deltas, lists of them, or both', async () => {
    for (const steps of [[text, finish], [[text, finish]], [[text], finish, []]]) {
      const { handler } = stageWith(async function* () {
        for (const step of steps) yield step
      })
      const seen = await readAll(handler.streamCompletion(request))
      expect(seen.text).toBe('hello')
      expect(seen.response?.byok).toMatchObject({
        provider: 'foreign',
        finishReason: 'done',
        usageEstimated: true,
      })
    }
  })

  it('gets the model, the request, the key and a signal', async () => {
    let got: Parameters<ProviderAdapter['stream']>[0] | undefined
    const adapter: ProviderAdapter = {
      id: 'foreign',
      async *stream(call) {
        got = call
        yield [text, finish]
      },
    }
    const { handler } = watch(
      new BYOKHandler({ adapters: [adapter], keys: { foreign: 'test-key-foreign-0001' } }),
    )
    await handler.generateResponse({ ...request, temperature: 0 })
    expect(got).toMatchObject({
      model: 'm',
      request: { temperature: 0, messages: [{ role: 'user', content: 'x' }] },
    })
    expect(got?.key?.reveal()).toBe('test-key-foreign-0001')
    expect(got?.signal.aborted).toBe(false)
  })

  it.each<[string, unknown]>([
    ['an Error', new RangeError('out of range')],
    ['a text', 'just words'],
    ['nothing', undefined],
    ['an object', { odd: true }],
    ['an object that cannot be written down', Object.create(null)],
  ])(
    'FO8: that throws %s is wrapped, with the original as its cause, and the process goes on',
    async (_, thrown) => {
      const { handler } = stageWith(async function* () {
        yield []
        throw thrown
      })
      const error = await failureOf(handler.generateResponse(request))
      expect(error).toMatchObject({ code: 'provider', provider: 'foreign', model: 'm' })
      expect(error).toBeInstanceOf(ProviderError)
      expect(error.cause).toBe(thrown)
      expect(attemptsOf(error)).toEqual(['stream provider'])
    },
  )

  it('FO8: that throws before it gives anything is wrapped too', async () => {
    const { handler } = stageWith(() => {
      throw new Error('at once')
    })
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'provider',
      cause: { message: 'at once' },
    })
  })

  it('FO8: a failure of unknown kind leads to its request without streaming', async () => {
    const { handler } = stageWith(
      async function* () {
        yield []
        throw new Error('odd')
      },
      async () => [text, finish],
    )
    const response = await handler.generateResponse(request)
    expect(response.text).toBe('hello')
    expect(attemptsOf(response.byok)).toEqual(['stream provider', 'whole success'])
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a delta without text', { type: 'text' }],
  ])('that yields %s fails as an adapter, not the process', async (_, junk) => {
    const { handler } = stageWith(async function* () {
      yield junk as Delta // wrong on purpose
      yield finish
    })
    const outcome = await handler.generateResponse(request).then(
      () => 'answered',
      (error: { code: string }) => error.code,
    )
    expect(['provider', 'answered', 'invalid-response']).toContain(outcome)
  })

  it('that ends without `finish` has broken off', async () => {
    const { handler } = stageWith(async function* () {
      yield text
    })
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'stream-interrupted',
      partial: { text: 'hello' },
    })
  })

  it('that ignores its signal is given up by the limits all the same', async () => {
    const { handler } = stageWith(async function* () {
      yield text
      await new Promise(() => undefined)
    })
    expect(await failureOf(handler.generateResponse({ ...request, timeout: 50 }))).toMatchObject({
      code: 'timeout',
      phase: 'total',
    })
  })

  it('that hangs in its cleanup holds up neither the answer nor the end', async () => {
    const { handler, told } = stageWith(async function* () {
      try {
        yield text
        yield finish
        await new Promise(() => undefined)
      } finally {
        await new Promise(() => undefined)
      }
    })
    for await (const event of handler.streamCompletion(request)) if (event.type === 'text') break
    expect(told.attemptEnds).toHaveLength(1)
    await handler.close()
  })
})
