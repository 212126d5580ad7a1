// byok-handler on the OpenAI wire, the whole handler in the path.

import { BYOKHandler } from 'byok-handler'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_TOOLS } from './requests.mjs'

const MODEL = `openai/${OPENAI_MODEL}`

export function open(baseURL) {
  const byok = new BYOKHandler({
    keys: { openai: API_KEY },
    providers: { openai: { baseURL: `${baseURL}/v1` } },
  })
  return {
    async text(onFirst) {
      let text = ''
      for await (const event of byok.streamCompletion({ model: MODEL, messages: MESSAGES })) {
        if (event.type === 'text') {
          if (text === '') onFirst?.()
          text += event.text
        } else if (event.type === 'done') checkSame(text, event.response)
      }
      return text.length
    },
    async tools() {
      let characters = 0
      const request = { model: MODEL, messages: MESSAGES, tools: OPENAI_TOOLS }
      for await (const event of byok.streamCompletion(request)) {
        if (event.type === 'tool-call') characters += event.input.text.length
      }
      return characters
    },
    async request() {
      const response = await byok.generateResponse({ model: MODEL, messages: MESSAGES })
      return response.choices[0].message.content.length
    },
  }
}

function checkSame(text, response) {
  if (response.choices[0].message.content !== text)
    throw new Error('the folded response differs from the stream')
}
