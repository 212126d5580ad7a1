// A handler between a test and its upstreams, with a record of what it did, cleared away after each test.

import { afterEach, expect } from 'vitest'
import type { CompletionStream } from '../../src/core/completion-stream.js'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import {
  type AnswerReply,
  type ErrorReply,
  type RawReply,
  type Reply,
  reply,
} from '../../src/testing/reply.js'
import {
  startUpstream,
  type Upstream,
  type UpstreamRequest,
  type UpstreamScript,
} from '../../src/testing/upstream.js'
import type { DialectName } from '../../src/wire/dialect.js'

export const dialects: readonly DialectName[] = ['openai-chat', 'openai-responses', 'anthropic-messages']

/** What the handler told its listeners. */
export interface Told {
  readonly attempts: HandlerEvents['attempt'][]
  readonly attemptEnds: HandlerEvents['attempt-end'][]
  readonly failovers: HandlerEvents['failover'][]
  readonly warnings: HandlerEvents['warning'][]
  readonly answers: HandlerEvents['request-end'][]
  readonly errors: HandlerEvents['error'][]
}

/** A handler and what it told. */
export interface Stage {
  readonly handler: BYOKHandler
  readonly told: Told
}

const upstreams: Upstream[] = []
const stages: Stage[] = []

afterEach(async () => {
  const shown = stages.splice(0)
  for (const { handler } of shown) await handler.close()
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()))
  for (const { told } of shown) expectSettledOnce(told)
})

/** Lets the SDKs load, which the first request would otherwise wait for: within its own limits. */
export async function loadSdks(): Promise<void> {
  const upstream = await startUpstream([{ kind: 'answer', answer: {} }])
  for (const dialect of dialects) {
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    await handler.generateResponse({ model: 'one/m', prompt: 'x' })
  }
  await upstream.close()
}

/** Starts an upstream that is closed after the test. */
export async function upstreamWith(script: UpstreamScript): Promise<Upstream> {
  const upstream = await startUpstream(script)
  upstreams.push(upstream)
  return upstream
}

/** The base URL of an upstream, as the dialect's SDK takes it. */
export function addressOf(url: string, dialect: DialectName): string {
  return dialect === 'anthropic-messages' ? url : `${url}/v1`
}

/** A handler whose providers `one`, `two` … are these upstreams (or addresses), all in one dialect. */
export function stageOf(
  places: Readonly<Record<string, Upstream | string>>,
  options: HandlerOptions = {},
  dialect: DialectName = 'openai-chat',
): Stage {
  const names = Object.keys(places)
  const handler = new BYOKHandler({
    // One request a step, unless a test is about retries.
    retry: { maxRetries: 0 },
    // An unknown price is worth a warning.
    prices: Object.fromEntries(
      names.map((name) => [`${name}/*`, { inputPerMillion: 1, outputPerMillion: 2 }]),
    ),
    ...options,
    keys: { ...Object.fromEntries(names.map((name) => [name, `test-key-${name}-0001`])), ...options.keys },
    providers: {
      ...Object.fromEntries(
        names.map((name) => {
          const place = places[name] ?? ''
          const url = typeof place === 'string' ? place : place.url
          return [name, { dialect, baseURL: addressOf(url, dialect), defaultModel: 'm' }]
        }),
      ),
      ...options.providers,
    },
  })
  return watch(handler)
}

/** Records what a handler tells. `delta` is not listened to, since that counts as a consumer. */
export function watch(handler: BYOKHandler): Stage {
  const told: Told = {
    attempts: [],
    attemptEnds: [],
    failovers: [],
    warnings: [],
    answers: [],
    errors: [],
  }
  handler.on('attempt', (event) => told.attempts.push(event))
  handler.on('attempt-end', (event) => told.attemptEnds.push(event))
  handler.on('failover', (event) => told.failovers.push(event))
  handler.on('warning', (event) => told.warnings.push(event))
  handler.on('request-end', (event) => told.answers.push(event))
  handler.on('error', (event) => told.errors.push(event))
  const stage = { handler, told }
  stages.push(stage)
  return stage
}

/** A stream as its consumer saw it, up to its end. */
export interface Seen {
  readonly events: StreamEvent[]
  /** The text events joined. */
  readonly text: string
  /** The kinds of events, in order. */
  readonly kinds: string[]
  readonly error: ByokError | undefined
  readonly response: CompletionResponse | undefined
}

/** Reads a stream to its end, however it ends. */
export async function readAll(stream: CompletionStream): Promise<Seen> {
  const events: StreamEvent[] = []
  let error: ByokError | undefined
  try {
    for await (const event of stream) events.push(event)
  } catch (thrown) {
    if (!isByokError(thrown)) throw thrown
    error = thrown
  }
  const last = events.at(-1)
  return {
    events,
    text: textOf(events),
    kinds: events.map((event) => event.type),
    error,
    response: last?.type === 'done' ? last.response : undefined,
  }
}

/** The text of a list of events. */
export function textOf(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

/** The typed error with which a promise rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<ByokError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  if (!isByokError(outcome)) throw new Error(`Not a ByokError: ${String(outcome)}`)
  return outcome
}

/** How each attempt was made and what came of it, shortly. */
export function attemptsOf(holder: {
  readonly attempts?: readonly { mode: string; outcome: string; error?: { code: string } }[]
}): string[] {
  return (holder.attempts ?? []).map((attempt) => `${attempt.mode} ${attempt.error?.code ?? attempt.outcome}`)
}

/** True for a request that asks for a stream. */
export function asksForStream({ body }: UpstreamRequest): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true
}

/** The reply over a connection that is not kept, so that open sockets can be counted. */
export function closing<Kind extends AnswerReply | ErrorReply | RawReply>(kept: Kind): Kind {
  return { ...kept, headers: { ...kept.headers, connection: 'close' } }
}

/** Waits for something that other processes or sockets bring about. */
export async function until(isTrue: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`It did not happen within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Each attempt of a request that is over was begun once, ended once, and stands once in what the caller got. */
function expectSettledOnce(told: Told): void {
  const ended = [
    ...told.answers.map(({ requestId, response }) => ({ requestId, attempts: response.byok.attempts })),
    ...told.errors.map(({ requestId, error }) => ({ requestId, attempts: error.attempts ?? [] })),
  ]
  for (const { requestId, attempts } of ended) {
    const begun = told.attempts
      .filter((event) => event.requestId === requestId)
      .map((event) => event.attemptId)
    const over = told.attemptEnds.filter((event) => event.requestId === requestId)
    expect(over.map((event) => event.attempt.id)).toEqual(begun)
    const asked = attempts.filter((attempt) => attempt.outcome !== 'skipped')
    expect(asked.map((attempt) => attempt.id)).toEqual(begun)
    expect(new Set(begun).size).toBe(begun.length)
  }
}

/** A request whose first attempt was refused in this way, and that waits before it asks again, which is answered. */
export async function refusedOnce(refusal: Reply, options: HandlerOptions = {}) {
  const upstream = await upstreamWith([refusal, reply.chat()])
  const clock = new FakeClock()
  const { handler, told } = stageOf({ one: upstream }, { ...options, clock, retry: {} })
  const answered = handler.generateResponse({ model: 'one/m', prompt: 'x' })
  await until(() => told.attemptEnds.length === 1, 'the first attempt')
  return { upstream, clock, answered }
}

/** Reads up to the first text, and gives it back. */
export async function firstText(stream: CompletionStream): Promise<string> {
  for (;;) {
    const { value, done } = await stream.next()
    if (done) throw new Error('The stream ended before any text.')
    if (value?.type === 'text') return value.text
  }
}
