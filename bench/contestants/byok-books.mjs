// What a money budget and a rate limit add to a whole call of the handler: the same call with and without them.

import { BYOKHandler } from 'byok-handler'
import { localFetch } from './local-fetch.mjs'
import { API_KEY, LIMITS, MAX_TOKENS, MESSAGES, OPENAI_MODEL } from './requests.mjs'

const REQUEST = { model: `openai/${OPENAI_MODEL}`, messages: MESSAGES, maxTokens: MAX_TOKENS, tenant: 'acme' }

export function open() {
  const { fetch } = localFetch()
  const limited = new BYOKHandler({ keys: { openai: API_KEY }, fetch, ...LIMITS })
  const free = new BYOKHandler({ keys: { openai: API_KEY }, fetch })
  const time = async (byok) => {
    const start = performance.now()
    await byok.generateResponse(REQUEST)
    return (performance.now() - start) * 1_000
  }
  return { book: () => time(limited), without: () => time(free) }
}
