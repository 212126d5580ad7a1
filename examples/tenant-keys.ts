// Finds each customer's key when it is needed; the response says whose key paid.

import { BYOKHandler, isByokError } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([reply.chat({ text: 'Done.' })])
const stored = new Map([['acme', 'test-key-acme-0001']]) // your database, or a vault

const byok = new BYOKHandler({
  keys: { openai: ({ tenant }) => (tenant === undefined ? undefined : stored.get(tenant)) },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
})
const request = { model: 'openai/gpt-5.4-nano', prompt: 'Work.' }

const response = await byok.generateResponse({ ...request, tenant: 'acme' })
console.log(response.text, response.byok.credentialSource)

const once = await byok.generateResponse({ ...request, apiKey: 'test-key-visitor-0001' })
console.log(once.text, once.byok.credentialSource)

try {
  await byok.generateResponse({ ...request, tenant: 'globex' }) // has no key, and is not moved to another's
} catch (error) {
  if (!isByokError(error)) throw error
  console.log(error.code, error.message)
}
