// Catches what can go wrong: one class, a code, and what had arrived of the answer.

import { BYOKHandler, isByokError } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([])
const byok = new BYOKHandler({
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
})
const request = { model: 'openai/gpt-5.4-nano', prompt: 'Tell me a story.' }

upstream.play([reply.cut({ afterEvents: 3 })]) // the connection breaks in the middle of the answer
await ask()

upstream.play([reply.error(429, { message: 'Slow down.' }, { 'retry-after': '90' })])
await ask()

async function ask(): Promise<void> {
  try {
    for await (const event of byok.streamCompletion(request)) {
      if (event.type === 'done') console.log('never reached')
    }
  } catch (error) {
    if (!isByokError(error)) throw error
    const { code, isRetryable, provider, status, retryAfterMs, partial } = error
    console.log(code, { isRetryable, provider, status, retryAfterMs })
    if (partial) console.log('arrived before it broke:', partial.text)
  }
}
