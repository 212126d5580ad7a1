// §28, cost: what a day of an app with two tenants and two providers looks like, from first call to the bill.
import { beforeAll, expect, it } from 'vitest'
import { attemptsOf, loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'
import { counted, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

it('§28 cost: the bill by provider is what each of them answered, at its own price, and adds up', async () => {
  const cheap = await upstreamWith([counted(1_000, 500)])
  const dear = await upstreamWith([counted(2_000, 1_000)])
  const prices = {
    'one/*': { inputPerMillion: 1, outputPerMillion: 2 },
    'two/*': { inputPerMillion: 10, outputPerMillion: 20 },
  }
  const { handler } = stageOf({ one: cheap, two: dear }, { prices })
  const costs = []
  for (const model of ['one/m', 'one/m', 'two/m']) {
    costs.push((await handler.generateResponse({ model, prompt: 'x' })).byok.cost.usd ?? 0)
    costs.push((await readAll(handler.streamCompletion({ model, prompt: 'x' }))).response?.byok.cost.usd ?? 0)
  }
  expect(costs).toEqual([0.002, 0.002, 0.002, 0.002, 0.04, 0.04])
  const { groups, total } = await handler.usage({ groupBy: 'provider' })
  expect(groups.map(({ by, calls, usd }) => [by, calls, usd])).toEqual([
    [{ provider: 'two' }, 2, 0.08],
    [{ provider: 'one' }, 4, 0.008],
  ])
  expect(total).toMatchObject({ calls: 6, usd: 0.088 })
})

it('§28 cost: a tenant whose budget is spent is refused until its day ends, while others are served', async () => {
  const desk = await deskOf([{ scope: 'tenant', usd: 0.01, per: 'day' }], {
    replies: [counted(1_000, 1_000)],
  })
  const ask = { model: ['one/m', 'two/m'], prompt: 'x', maxTokens: 1_000 }
  for (let call = 0; call < 3; call += 1) await desk.handler.generateResponse({ ...ask, tenant: 'acme' })
  const error = await refusalOf(desk, { ...ask, tenant: 'acme' })
  expect(error).toMatchObject({ code: 'budget-exceeded', budget: { of: 'acme', spent: 0.009, limit: 0.01 } })
  expect(attemptsOf(error)).toEqual(['stream budget-exceeded', 'stream budget-exceeded'])
  await desk.handler.generateResponse({ ...ask, tenant: 'other' })
  await desk.clock.advance(error.retryAfterMs ?? 0)
  await desk.handler.generateResponse({ ...ask, tenant: 'acme' })
  expect((await desk.handler.usage({ tenant: 'acme' })).total).toMatchObject({ calls: 4, usd: 0.012 })
})
