// Errors that an app keeps, in a log or a list: none of them may hold on to the answer that it broke off.

import { Anthropic } from '@anthropic-ai/sdk'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { reply } from '../../src/testing/reply.js'
import { startUpstream } from '../../src/testing/upstream.js'
import { type Finding, finding } from './outage.js'

/** Who sends the requests, and with whose key. */
type Ways = Readonly<Record<string, (url: string, fetch: typeof globalThis.fetch) => HandlerOptions>>

const dialect = 'anthropic-messages'

/** The dialect whose SDK remembers its requests. */
const ways: Ways = {
  'with a key': (url, fetch) => ({
    fetch,
    keys: { one: 'test-key-one-0001' },
    providers: { one: { dialect, baseURL: url } },
  }),
  'without a key': (url, fetch) => ({ fetch, providers: { one: { dialect, baseURL: url, keys: 'none' } } }),
  "over the app's own client": (url, fetch) => ({
    providers: {
      one: { dialect, client: new Anthropic({ baseURL: url, apiKey: 'test-key-own-0001', fetch }) },
    },
  }),
}

/** Answers that break in the middle, and callers who leave there in turn; their errors are kept, and nobody reads them. */
export async function keptErrors(collect: () => void, calls = 200): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [way, optionsFor] of Object.entries(ways)) {
    const upstream = await startUpstream((_request, index) =>
      index % 2 === 0 ? reply.reset({ afterEvents: 5 }) : reply.stall({ afterEvents: 5 }),
    )
    const bodies: WeakRef<object>[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await globalThis.fetch(input, init)
      if (response.body !== null) bodies.push(new WeakRef(response.body))
      return response
    }
    const handler = new BYOKHandler({
      ...optionsFor(upstream.url, fetch),
      retry: { maxRetries: 0 },
      breaker: { consecutiveFailures: 2 * calls, minimumCalls: 2 * calls },
    })
    const errors: unknown[] = []
    for (let call = 0; call < calls; call += 1) errors.push(await failureOf(handler, call % 2 === 1))
    await handler.close()
    await upstream.close()
    const held = await heldOf(bodies, collect)
    findings.push(finding(`answers held by ${errors.length} errors of broken ones, ${way}`, held, [0, 0]))
    findings.push(finding('… of so many that were sent', bodies.length, [calls, calls]))
  }
  return findings
}

async function failureOf(handler: BYOKHandler, leaves: boolean): Promise<unknown> {
  const caller = new AbortController()
  const request = { model: 'one/m', prompt: 'x', maxTokens: 9, signal: caller.signal }
  try {
    for await (const event of handler.streamCompletion(request))
      if (leaves && event.type === 'text') setTimeout(() => caller.abort(), 5)
    throw new Error('the answer did not break')
  } catch (error) {
    return error
  }
}

async function heldOf(bodies: readonly WeakRef<object>[], collect: () => void): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
  }
  return bodies.filter((body) => body.deref() !== undefined).length
}
