// Ends a stream in three ways: by leaving the loop, by a signal, and by a time limit.

import { BYOKHandler, isByokError } from 'byok-handler'
import { reply, startUpstream } from 'byok-handler/testing'

await using upstream = await startUpstream([reply.stall({ afterEvents: 3 })]) // two pieces of text, then silence
const byok = new BYOKHandler({
  keys: { openai: 'test-key-openai-0001' },
  providers: { openai: { baseURL: `${upstream.url}/v1` } },
})
const request = { model: 'openai/gpt-5.4-nano', prompt: 'Say hello.' }

for await (const event of byok.streamCompletion(request)) {
  if (event.type === 'text') break // closes the connection; nothing is thrown
}
await upstream.requests[0]?.over
console.log('left the loop; closed by us:', upstream.requests[0]?.closedByClient)

const controller = new AbortController()
const callbacks = { onTextDelta: () => controller.abort('the user pressed Stop') }
await tell(byok.streamCompletion({ ...request, callbacks, signal: controller.signal }).response())
await tell(byok.streamCompletion({ ...request, timeout: { idleMs: 100 } }).response())
await tell(byok.generateResponse({ ...request, timeout: 500 }))

async function tell(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (!isByokError(error)) throw error
    console.log(error.name, error.code, error.phase ?? '', '|', error.partial?.text)
  }
}
