// Shows a model's reasoning apart from its answer, and sends it back with the next question.

import { BYOKHandler, type Message } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([
  reply.chat({ reasoning: ['17 has no divisor', ' but 1 and itself.'], text: ['Yes,', ' 17 is prime.'] }),
  reply.chat({ text: 'The next one is 19.' }),
])
const byok = new BYOKHandler({
  keys: { anthropic: 'test-key-anthropic-0001' },
  providers: { anthropic: { baseURL: upstream.url } },
})

const messages: Message[] = [{ role: 'user', content: 'Is 17 prime?' }]
const request = { model: 'anthropic/claude-haiku-4-5', reasoning: 'low', messages } as const

for await (const event of byok.streamCompletion(request)) {
  if (event.type === 'reasoning') console.log('thinking:', event.text)
  if (event.type === 'text') console.log('answer:', event.text)
  // The signature that Anthropic wants to see again travels in `message.byok`.
  if (event.type === 'done') messages.push(event.response.choices[0].message)
}

messages.push({ role: 'user', content: 'And the next one?' })
const response = await byok.generateResponse(request)
console.log(
  response.text,
  `(signed reasoning sent back: ${JSON.stringify(upstream.requests[1]?.body).includes('signature')})`,
)
