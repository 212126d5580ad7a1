// The Vercel AI SDK on the OpenAI wire, for comparison.

import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, streamText, tool } from 'ai'
import { API_KEY, MESSAGES, OPENAI_MODEL, OPENAI_TOOLS } from './requests.mjs'

const { name, description, parameters } = OPENAI_TOOLS[0].function

export function open(baseURL) {
  const model = createOpenAI({ apiKey: API_KEY, baseURL: `${baseURL}/v1` }).chat(OPENAI_MODEL)
  const request = { model, messages: MESSAGES, maxRetries: 0 }
  const tools = { [name]: tool({ description, inputSchema: jsonSchema(parameters) }) }
  return {
    async text(onFirst) {
      let text = ''
      for await (const piece of streamText(request).textStream) {
        if (text === '') onFirst?.()
        text += piece
      }
      return text.length
    },
    async tools() {
      const calls = await streamText({ ...request, tools }).toolCalls
      return calls.reduce((sum, call) => sum + call.input.text.length, 0)
    },
    async request() {
      return (await generateText(request)).text.length
    },
  }
}
