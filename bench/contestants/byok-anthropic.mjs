// byok-handler on the Anthropic wire, the whole handler in the path.

import { BYOKHandler } from 'byok-handler'
import { ANTHROPIC_MODEL, API_KEY, MAX_TOKENS, MESSAGES } from './requests.mjs'

const REQUEST = { model: `anthropic/${ANTHROPIC_MODEL}`, maxTokens: MAX_TOKENS, messages: MESSAGES }

export function open(baseURL) {
  const byok = new BYOKHandler({ keys: { anthropic: API_KEY }, providers: { anthropic: { baseURL } } })
  return {
    async text(onFirst) {
      let text = ''
      for await (const event of byok.streamCompletion(REQUEST)) {
        if (event.type !== 'text') continue
        if (text === '') onFirst?.()
        text += event.text
      }
      return text.length
    },
  }
}
