// The process that is killed: several handlers, each with a store in a directory of its own, that stream without pause.

import { writeSync } from 'node:fs'
import { BYOKHandler } from '../../src/handler.js'
import { fileStore } from '../../src/stores/file.js'

/** An answer that its caller has seen whole. */
export interface Acknowledged {
  readonly directory: string
  readonly attemptId: string
  readonly costUsd: number | null
}

/** What a lane may spend. */
export const laneLimit = { scope: 'app', usd: 0.05, per: 'total' } as const

/** Streams until it is killed, or the budget is spent; prints each answer once it is whole. */
async function streamOn(handler: BYOKHandler, directory: string): Promise<void> {
  for (;;) {
    const stream = handler.streamCompletion({ model: 'one/m', prompt: 'x', maxTokens: 1_000 })
    const { byok } = await stream.response()
    const [attempt] = byok.attempts
    const line: Acknowledged = { directory, attemptId: attempt?.id ?? '', costUsd: byok.cost.usd }
    writeSync(1, `${JSON.stringify(line)}\n`)
  }
}

const [url = '', ...directories] = process.argv.slice(2)
await Promise.all(
  directories.flatMap((directory) => {
    const handler = new BYOKHandler({
      keys: { one: 'test-key-one-0001' },
      providers: { one: { dialect: 'openai-chat', baseURL: `${url}/v1` } },
      prices: { 'one/*': { inputPerMillion: 1, outputPerMillion: 2 } },
      store: fileStore({ directory }),
      budgets: [laneLimit],
    })
    // Two at a time, so that one may be in the middle while the other is settled.
    return [0, 1].map(() => streamOn(handler, directory).catch(() => undefined))
  }),
)
