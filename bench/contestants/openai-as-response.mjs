// The openai SDK sends, `.asResponse()` hands over the body, and a minimal parser reads it.

import OpenAI from 'openai'
import { readOpenAIText, readOpenAITools } from './event-reader.mjs'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_STREAM, OPENAI_TOOLS } from './requests.mjs'

export function open(baseURL) {
  const client = new OpenAI({ apiKey: API_KEY, baseURL: `${baseURL}/v1`, maxRetries: 0 })
  return {
    async text(onFirst) {
      return readOpenAIText(await client.chat.completions.create(OPENAI_STREAM).asResponse(), onFirst)
    },
    async tools() {
      const body = { ...OPENAI_STREAM, tools: OPENAI_TOOLS }
      return readOpenAITools(await client.chat.completions.create(body).asResponse())
    },
    async request() {
      const body = { model: OPENAI_MODEL, messages: MESSAGES }
      const answer = await (await client.chat.completions.create(body).asResponse()).json()
      return answer.choices[0].message.content.length
    },
  }
}
