// Asks for a whole answer: OpenAI's ChatCompletion, with what happened under `byok`.

import { BYOKHandler } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

// A server on this machine stands in for Anthropic, whose base URL does not end in `/v1`.
await using upstream = await startUpstream([reply.chat({ text: 'A short summary.' })])
const byok = new BYOKHandler({
  keys: { anthropic: 'test-key-anthropic-0001' },
  providers: { anthropic: { baseURL: upstream.url } },
})

const response = await byok.generateResponse({
  model: 'anthropic/claude-haiku-4-5',
  system: 'You answer in one line.',
  prompt: 'Summarise: …',
  maxTokens: 200,
})

console.log(response.text) // short for response.choices[0].message.content
console.log(response.choices[0].finish_reason, response.usage)
const { provider, model, cost, credentialSource, warnings } = response.byok
console.log({ provider, model, cost, credentialSource, warnings })
