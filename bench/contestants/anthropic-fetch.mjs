// The floor on the Anthropic wire: `fetch` and a minimal parser, nothing else.

import { readEvents } from './event-reader.mjs'
import { ANTHROPIC_MODEL, API_KEY, MAX_TOKENS, MESSAGES } from './requests.mjs'

export function open(baseURL) {
  const headers = {
    'content-type': 'application/json',
    'x-api-key': API_KEY,
    'anthropic-version': '2023-06-01',
  }
  const body = JSON.stringify({
    model: ANTHROPIC_MODEL,
    max_tokens: MAX_TOKENS,
    messages: MESSAGES,
    stream: true,
  })
  return {
    async text(onFirst) {
      let text = ''
      await readEvents(await fetch(`${baseURL}/v1/messages`, { method: 'POST', headers, body }), (event) => {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') return
        if (text === '') onFirst?.()
        text += event.delta.text
      })
      return text.length
    },
  }
}
