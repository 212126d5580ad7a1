// Run where the package is installed: asks a model once, with a file store in the directory that is named.
import { BYOKHandler } from 'byok-handler'
import { fileStore } from 'byok-handler/stores/file'
import { reply, startUpstream } from 'byok-handler/testing'

const [directory] = process.argv.slice(2)
const upstream = await startUpstream([reply.chat()])
const store = fileStore({ directory })
const byok = new BYOKHandler({
  store,
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
  budgets: [{ scope: 'tenant', usd: 1, per: 'day' }],
})
await byok.generateResponse({ model: 'openai/gpt-5.4-nano', prompt: 'Hello.', tenant: 'acme' })
await byok.close()
await store.close()
await upstream.close()
