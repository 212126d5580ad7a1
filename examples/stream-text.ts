// Streams an answer, and prints each piece of text as it comes.

import { BYOKHandler } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

// A server on this machine stands in for OpenAI. Leave `providers` out, give your key, and OpenAI answers.
await using upstream = await startUpstream([reply.chat({ text: ['Hello', ' from', ' a', ' stream.'] })])
const byok = new BYOKHandler({
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
})

for await (const event of byok.streamCompletion({ model: 'openai/gpt-5.4-nano', prompt: 'Say hello.' })) {
  if (event.type === 'text') process.stdout.write(event.text)
  if (event.type === 'done') console.log(`\n${event.response.usage.total_tokens} tokens`)
}
