// Lets a model call a tool, runs it, and sends the result back for the final answer.

import { BYOKHandler, type Message, type Tool } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([
  reply.chat({ toolCalls: [{ name: 'get_weather', arguments: ['{"city"', ':"Oslo"}'] }] }),
  reply.chat({ text: 'It is 7 degrees in Oslo.' }),
])
const byok = new BYOKHandler({
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
})

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools: Tool[] = [{ type: 'function', function: { name: 'get_weather', parameters } }]
const messages: Message[] = [{ role: 'user', content: 'How warm is it in Oslo?' }]
const request = { model: 'openai/gpt-5.4-nano', tools, messages }

for await (const event of byok.streamCompletion(request)) {
  if (event.type === 'tool-call') console.log('call', event.name, event.input)
  if (event.type !== 'done') continue
  const { message } = event.response.choices[0]
  messages.push(message) // as it is: it carries what its provider wants to see again
  for (const call of message.tool_calls ?? []) {
    // Only a whole call that is not `invalid` may run; an event `tool-call-delta` is no more than a fragment.
    const content = call.invalid ? 'The arguments are no valid JSON.' : JSON.stringify({ celsius: 7 })
    messages.push({ role: 'tool', tool_call_id: call.id, content })
  }
}
console.log((await byok.generateResponse(request)).text)
