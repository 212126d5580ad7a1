// How long the handler takes before it calls `fetch` where it chooses the model itself, among every model of the
// catalogue: the choice, a money budget and a rate limit in the memory store, and the SDK.

import { BYOKHandler } from 'byok-handler'
import { localFetch } from './local-fetch.mjs'
import { API_KEY, LIMITS, MAX_TOKENS, PROMPT, PROVIDERS } from './requests.mjs'

const REQUEST = { prompt: PROMPT, maxTokens: MAX_TOKENS, tenant: 'acme' }

export function open() {
  const local = localFetch()
  const keys = Object.fromEntries(PROVIDERS.map((id) => [id, API_KEY]))
  // The local answers are OpenAI's: it goes first, behind a choice among all.
  const byok = new BYOKHandler({
    keys,
    fetch: local.fetch,
    routing: { preferProviders: ['openai'] },
    ...LIMITS,
  })
  let isStream = false
  return {
    async before() {
      isStream = !isStream
      local.start()
      if (isStream) for await (const _ of byok.streamCompletion(REQUEST));
      else await byok.generateResponse(REQUEST)
      return local.microseconds()
    },
  }
}
