// The reference: how long the raw openai SDK takes before it calls `fetch`, streams and whole answers in turn.

import OpenAI from 'openai'
import { localFetch } from './local-fetch.mjs'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_STREAM } from './requests.mjs'

export function open() {
  const local = localFetch()
  const client = new OpenAI({ apiKey: API_KEY, fetch: local.fetch, maxRetries: 0 })
  let isStream = false
  return {
    async before() {
      isStream = !isStream
      local.start()
      if (isStream) for await (const _ of await client.chat.completions.create(OPENAI_STREAM));
      else await client.chat.completions.create({ model: OPENAI_MODEL, messages: MESSAGES })
      return local.microseconds()
    },
  }
}
