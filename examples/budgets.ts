// Gives each tenant a budget that outlasts the process, and prints what was spent.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BYOKHandler, isByokError } from 'byok-handler'
import { fileStore } from 'byok-handler/stores/file'
import { reply, startUpstream } from 'byok-handler/testing'

const directory = await mkdtemp(join(tmpdir(), 'byok-store-'))
const store = fileStore({ directory }) // one process at a time; `byok report <directory>` reads along
await using upstream = await startUpstream([reply.chat({ usage: { input: 900, output: 300 } })])
const byok = new BYOKHandler({
  store,
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
  budgets: [{ scope: 'tenant', usd: 0.003, per: 'day' }],
})
byok.on('budget-alert', ({ tenant, share }) => console.log(`${tenant} has spent ${share * 100} % of a day`))

const prompt = `Summarise this: ${'word '.repeat(800)}`
for (const tenant of ['acme', 'globex', 'acme', 'acme', 'acme']) {
  try {
    await byok.generateResponse({ model: 'openai/gpt-5.4-nano', prompt, tenant, maxTokens: 500 })
  } catch (error) {
    if (!isByokError(error)) throw error
    console.log(error.code, error.message)
  }
}

const { groups } = await byok.usage({ groupBy: 'tenant' })
console.table(groups.map(({ by, calls, usd }) => ({ tenant: by.tenant, calls, usd })))
console.log((await byok.budget('acme')).map(({ spent, left, per }) => ({ spent, left, per })))

await byok.close()
await store.close()
await rm(directory, { recursive: true })
