// Handlers that live through outages: what changed their minds about models and keys, and a clock that a test moves.

import { afterEach } from 'vitest'
import type { Attempt } from '../../src/core/attempt.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import type { FakeClock } from '../../src/testing/fake-clock.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { addressOf } from './stage.js'

/** A handler and what it told of models and keys. */
export interface Outage {
  readonly handler: BYOKHandler
  /** The `health` events. */
  readonly changes: HandlerEvents['health'][]
}

const handlers: BYOKHandler[] = []

afterEach(async () => {
  for (const handler of handlers.splice(0)) await handler.close()
})

/**
 * A handler whose providers `one`, `two` … are these upstreams, with a key each. One request a step, no fallback to
 * requests without streaming, unless a test says otherwise.
 */
export function outageOf(
  places: Readonly<Record<string, Upstream | string>>,
  options: HandlerOptions = {},
): Outage {
  const names = Object.keys(places)
  const urls = names.map((name) => {
    const place = places[name] ?? ''
    return [name, addressOf(typeof place === 'string' ? place : place.url, 'openai-chat')] as const
  })
  const handler = new BYOKHandler({
    retry: { maxRetries: 0 },
    failover: { streamFallback: false },
    ...options,
    keys: { ...Object.fromEntries(names.map((name) => [name, `test-key-${name}-0001`])), ...options.keys },
    providers: Object.fromEntries(
      urls.map(([name, baseURL]) => [name, { dialect: 'openai-chat', baseURL, defaultModel: 'm' }]),
    ),
  })
  handlers.push(handler)
  const changes: HandlerEvents['health'][] = []
  handler.on('health', (change) => changes.push(change))
  return { handler, changes }
}

/** The waits between the attempts of a request, in milliseconds. */
export function waitsOf({ attempts = [] }: { readonly attempts?: readonly Attempt[] }): number[] {
  return attempts.slice(1).map(({ startedAt }, index) => {
    const before = attempts[index]
    return startedAt - (before?.startedAt ?? 0) - (before?.durationMs ?? 0)
  })
}

/** The outcome of a request whose waits are passed over: real sockets get real time, and the clock moves on meanwhile. */
export async function played<Result>(clock: FakeClock, promise: Promise<Result>): Promise<Result> {
  let isOver = false
  const over = promise.finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await clock.advance(100)
  }
  return over
}

/** As many requests, one after the other, each failing as it may. */
export async function failTimes(count: number, ask: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await ask().catch(() => undefined)
}
