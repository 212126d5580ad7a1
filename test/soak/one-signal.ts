// Many calls on one signal that lives as long as the app: how many listeners stay on it.

import { getEventListeners } from 'node:events'
import { BYOKHandler } from '../../src/handler.js'
import { reply } from '../../src/testing/reply.js'
import { startUpstream } from '../../src/testing/upstream.js'
import { type Finding, finding } from './outage.js'

/** Answers, failures and abandoned streams in turn, so many at once, all with the same signal. */
export async function oneSignal(calls: number, atOnce = 64): Promise<Finding[]> {
  const { signal } = new AbortController()
  const upstream = await startUpstream((_request, index) =>
    index % 10 === 0 ? reply.status(400) : reply.chat(),
  )
  const handler = new BYOKHandler({
    keys: { one: 'test-key-one-0001' },
    providers: { one: { baseURL: `${upstream.url}/v1` } },
  })
  let next = 0
  let most = 0
  const worker = async (): Promise<void> => {
    while (next < calls) {
      const number = next++
      const request = { model: 'one/m', prompt: 'x', signal }
      if (number % 4 !== 0) await handler.generateResponse(request).catch(() => undefined)
      else await leaveAfterText(handler, request).catch(() => undefined)
      most = Math.max(most, getEventListeners(signal, 'abort').length)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
    const left = getEventListeners(signal, 'abort').length
    return [
      finding(`most listeners on the signal of ${calls} calls`, most, [0, 1]),
      finding('… at the end', left, [0, 0]),
    ]
  } finally {
    await handler.close()
    await upstream.close()
  }
}

async function leaveAfterText(
  handler: BYOKHandler,
  request: Parameters<BYOKHandler['streamCompletion']>[0],
): Promise<void> {
  for await (const event of handler.streamCompletion(request)) if (event.type === 'text') break
}
