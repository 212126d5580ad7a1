// The floor: `fetch` and a minimal parser, nothing else.

import { readOpenAIText, readOpenAITools } from './event-reader.mjs'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_STREAM, OPENAI_TOOLS } from './requests.mjs'

export function open(baseURL) {
  const url = `${baseURL}/v1/chat/completions`
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` }
  const send = (body) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return {
    async text(onFirst) {
      return readOpenAIText(await send(OPENAI_STREAM), onFirst)
    },
    async tools() {
      return readOpenAITools(await send({ ...OPENAI_STREAM, tools: OPENAI_TOOLS }))
    },
    async request() {
      const answer = await (await send({ model: OPENAI_MODEL, messages: MESSAGES })).json()
      return answer.choices[0].message.content.length
    },
  }
}
