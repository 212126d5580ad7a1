// Tries models in order until one answers, and tells who was asked.

import { BYOKHandler } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using broken = await startUpstream([reply.error(503, { message: 'We are down.' })])
await using healthy = await startUpstream([reply.chat({ text: ['Good', ' morning.'] })])
const byok = new BYOKHandler({
  keys: { openai: 'test-key-openai-0001', anthropic: 'test-key-anthropic-0001' },
  providers: { openai: { baseURL: `${broken.url}/v1` }, anthropic: { baseURL: healthy.url } },
  models: { greeter: ['openai/gpt-5.4-nano', 'anthropic/claude-haiku-4-5'] },
})
byok.on('failover', ({ from, to, error }) => console.log(`${from} failed (${error.code}), asking ${to}`))

for await (const event of byok.streamCompletion({ model: 'greeter', prompt: 'Greet me.' })) {
  if (event.type === 'text') process.stdout.write(event.text)
  if (event.type !== 'done') continue
  console.log()
  for (const { provider, mode, outcome, error } of event.response.byok.attempts) {
    console.log(provider, mode, outcome, error?.status ?? '')
  }
}
