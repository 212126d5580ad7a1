// Lets the library choose the model for each prompt, and tells why.

import { BYOKHandler } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([reply.chat({ text: ['Ulaanbaatar', '.'] })])
const baseURL = `${upstream.url}/v1`
const byok = new BYOKHandler({
  keys: { fast: 'test-key-fast-0001', deep: 'test-key-deep-0001' },
  providers: { fast: { baseURL }, deep: { baseURL } },
  catalogue: [
    { provider: 'fast', model: 'mini', contextWindow: 64_000, quality: { general: 75 } },
    { provider: 'deep', model: 'max', contextWindow: 64_000, quality: { general: 96, coding: 98 } },
  ],
  prices: {
    'fast/mini': { inputPerMillion: 1, outputPerMillion: 1 },
    'deep/max': { inputPerMillion: 20, outputPerMillion: 20 },
  },
  tenants: { trial: { maxLevel: 'simple' } },
})
const [easy, hard] = ['What is the capital of Mongolia?', 'Prove that there is no largest prime number.']

for (const request of [{ prompt: easy }, { prompt: hard }, { prompt: hard, tenant: 'trial' }]) {
  const { level, levelSource, candidates, excluded } = await byok.plan(request) // nothing is sent
  console.log(level, `(${levelSource})`, candidates[0]?.model, candidates[0]?.expectedCostUsd)
  for (const { model, filter, reason } of excluded) console.log('  not', model, `(${filter}):`, reason)
}
console.log(byok.classify(hard).reasons)

const response = await byok.generateResponse({ prompt: easy })
console.log(response.text, response.byok.model, response.byok.route.level, response.byok.cost.usd)
await byok.close()
