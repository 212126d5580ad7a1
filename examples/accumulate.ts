// Folds a bare SDK stream into a ChatCompletion, without a handler.

import { accumulate } from 'byok-handler'
import { ChunkAccumulator } from 'byok-handler/accumulate'
import { reply, startUpstream } from 'byok-handler/testing'
import OpenAI from 'openai'

await using upstream = await startUpstream([
  reply.chat({
    reasoning: ['Let me', ' see.'],
    toolCalls: [{ name: 'look', arguments: ['{"at":', '"sky"}'] }],
  }),
])
const client = new OpenAI({ apiKey: 'test-key-openai-0001', baseURL: `${upstream.url}/v1` })
const request: OpenAI.ChatCompletionCreateParamsStreaming = {
  model: 'some-model',
  messages: [{ role: 'user', content: 'Look!' }],
  stream: true,
}

const response = await accumulate(await client.chat.completions.create(request))
console.log(response.choices[0].message)

// The same chunk by chunk, with what each of them shows a reader.
const accumulator = new ChunkAccumulator({ dialect: 'openai-chat' })
for await (const chunk of await client.chat.completions.create(request)) {
  for (const event of accumulator.push(chunk)) console.log(event.type)
}
for (const event of accumulator.finish()) console.log(event.type) // the calls, now that they are whole
console.log(accumulator.response().choices[0].finish_reason)
