// The reference on the Anthropic wire: the raw SDK, its own loop over the events.

import Anthropic from '@anthropic-ai/sdk'
import { ANTHROPIC_MODEL, API_KEY, MAX_TOKENS, MESSAGES } from './requests.mjs'

export function open(baseURL) {
  const client = new Anthropic({ apiKey: API_KEY, baseURL, maxRetries: 0 })
  const body = { model: ANTHROPIC_MODEL, max_tokens: MAX_TOKENS, messages: MESSAGES, stream: true }
  return {
    async text(onFirst) {
      let text = ''
      for await (const event of await client.messages.create(body)) {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue
        if (text === '') onFirst?.()
        text += event.delta.text
      }
      return text.length
    },
  }
}
