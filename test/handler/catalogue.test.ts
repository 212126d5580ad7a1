// What an app says of models in its option `catalogue`, and what stands behind it, seen from outside.

import { describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { upstreamWith, watch } from '../pipeline/stage.js'

const modelOf = ({ body }: UpstreamRequest) => (body as { model: string }).model // as it was sent

async function openai(options: HandlerOptions, answer: (model: string) => Reply) {
  const upstream = await upstreamWith((asked) => answer(modelOf(asked)))
  const { handler } = watch(
    new BYOKHandler({
      keys: { openai: 'test-key-openai-0001' },
      providers: { openai: { baseURL: `${upstream.url}/v1` } },
      retry: { maxRetries: 0 },
      ...options,
    }),
  )
  return { handler, upstream }
}

describe('CW1: how much a model reads', () => {
  it.each([
    ['by the catalogue', undefined, ['gpt-4o', 'gpt-4.1-mini']],
    ['by what the app says of it, before the catalogue', 120_000, ['gpt-4o', 'gpt-4.1']],
  ])('is decided %s (CW1)', async (_, contextWindow, asked) => {
    const { handler, upstream } = await openai(
      { catalogue: [{ provider: 'openai', model: 'gpt-4.1-mini', contextWindow }] },
      (model) => (model === 'gpt-4o' ? reply.error(400, { code: 'context_length_exceeded' }) : reply.chat()),
    )
    const model = ['openai/gpt-4o', 'openai/gpt-4.1-mini', 'openai/gpt-4.1']
    await handler.generateResponse({ model, prompt: 'x' })
    expect(upstream.requests.map(modelOf)).toEqual(asked)
  })
})

describe('CO2: whose price counts', () => {
  const usage = { input: 1_000_000, output: 0 }
  const ask = async (model: string, options: HandlerOptions = {}) => {
    const { handler } = await openai(options, () => reply.chat({ usage }))
    const { byok } = await handler.generateResponse({ model: `openai/${model}`, prompt: 'x' })
    return { usd: byok.cost.usd, warnings: byok.warnings.map(({ code }) => code) }
  }
  const own = { inputPerMillion: 7, outputPerMillion: 7 }

  it("is the app's before the price table's, and that before the catalogue's (CO2)", async () => {
    expect(await ask('gpt-4o')).toEqual({ usd: 2.5, warnings: [] })
    const catalogue = [{ provider: 'openai', model: 'gpt-4o', price: own }]
    expect(await ask('gpt-4o', { catalogue })).toEqual({ usd: 7, warnings: [] })
    const prices = { 'openai/gpt-4o': { inputPerMillion: 9, outputPerMillion: 9 } }
    expect((await ask('gpt-4o', { catalogue, prices })).usd).toBe(9)
  })

  it('is the one of the catalogue where nobody else knows one, with a warning that it is assumed (CO2)', async () => {
    const { usd, warnings } = await ask('gpt-6.1-sol')
    expect(usd).toBe(4) // beyond 272,000 tokens all of them cost twice as much
    expect(warnings).toHaveLength(1)
    expect((await ask('gpt-6.1-sol-of-ours')).usd).toBeNull()
  })
})
