// How long the handler takes before it calls `fetch`: its plan, a money budget and a rate limit in the memory store, and
// the SDK. Streams, from the first `next()`, and whole answers in turn.

import { BYOKHandler } from 'byok-handler'
import { localFetch } from './local-fetch.mjs'
import { API_KEY, LIMITS, MAX_TOKENS, MESSAGES, OPENAI_MODEL } from './requests.mjs'

const REQUEST = { model: `openai/${OPENAI_MODEL}`, messages: MESSAGES, maxTokens: MAX_TOKENS, tenant: 'acme' }

export function open() {
  const local = localFetch()
  const byok = new BYOKHandler({ keys: { openai: API_KEY }, fetch: local.fetch, ...LIMITS })
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
