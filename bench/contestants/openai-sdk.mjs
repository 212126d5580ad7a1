// The reference: the raw openai SDK, its own loop over the chunks, tool calls joined by hand.

import OpenAI from 'openai'
import { collectToolCalls, countArguments } from './event-reader.mjs'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_STREAM, OPENAI_TOOLS } from './requests.mjs'

export function open(baseURL) {
  const client = new OpenAI({ apiKey: API_KEY, baseURL: `${baseURL}/v1`, maxRetries: 0 })
  return {
    async text(onFirst) {
      let text = ''
      for await (const chunk of await client.chat.completions.create(OPENAI_STREAM)) {
        const piece = chunk.choices[0]?.delta.content
        if (!piece) continue
        if (text === '') onFirst?.()
        text += piece
      }
      return text.length
    },
    async tools() {
      const calls = []
      const stream = await client.chat.completions.create({ ...OPENAI_STREAM, tools: OPENAI_TOOLS })
      for await (const chunk of stream) collectToolCalls(calls, chunk)
      return countArguments(calls)
    },
    async request() {
      const answer = await client.chat.completions.create({ model: OPENAI_MODEL, messages: MESSAGES })
      return answer.choices[0].message.content.length
    },
  }
}
