// Asks the public handler for an answer that the replay server gives, and keeps all that came of it.

import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { BYOKHandler } from '../../src/index.js'
import type { DialectId } from './cases.js'
import type { LoggedRequest, Replay, ReplayOptions } from './replay.js'

/** The two methods of the handler. */
export type Way = 'streamCompletion' | 'generateResponse'

/** Both, in the order in which they are reported. */
export const ways: readonly Way[] = ['streamCompletion', 'generateResponse']

/** The settings of a handler, apart from its provider. */
export type HandlerSettings = Partial<ConstructorParameters<typeof BYOKHandler>[0]>

/** One request a call, so that a failure is seen as it is. */
export const oneRequest: HandlerSettings = { failover: { streamFallback: false } }

/** One call to make. */
export interface Question {
  readonly dialect: DialectId
  readonly caseId: string
  readonly options?: ReplayOptions
  readonly settings?: HandlerSettings
  /** Called with each event of a stream; `leave` ends the loop from inside. */
  readonly onEvent?: (event: StreamEvent, control: { leave(): void; abort(): void }) => void
  readonly signal?: AbortSignal
}

/** What came of a call. */
export interface Asked {
  readonly events: readonly StreamEvent[]
  /** `undefined` where the caller left the loop. */
  readonly outcome: CompletionResponse | ByokError | undefined
  readonly requests: readonly LoggedRequest[]
  /** What is wrong whatever was asked: a foreign error, a `done` that is not alone or not last. */
  readonly faults: readonly string[]
  readonly endedAt: number
  readonly elapsedMs: number
  /** The name under which the server logged it. */
  readonly run: string
}

const key = 'test-key-replay-0001'
const longestCallMs = 20_000

/** The key that every call carries. */
export const testKey = key

/** Makes one call over real HTTP, through the provider's real SDK. */
export async function ask(replay: Replay, question: Question, way: Way): Promise<Asked> {
  const { dialect, caseId, options = {}, settings = {} } = question
  const run = replay.newRun()
  const baseURL = replay.baseURL(dialect, caseId, { ...options, run })
  const handler = new BYOKHandler({
    retry: { maxRetries: 0 }, // what an answer comes to is seen at once
    ...settings,
    keys: { test: key },
    providers: { test: { dialect, baseURL } },
  })
  const events: StreamEvent[] = []
  const faults: string[] = []
  const startedAt = Date.now()
  let outcome: CompletionResponse | ByokError | undefined
  try {
    const call = way === 'streamCompletion' ? stream(handler, question, events) : generate(handler, question)
    outcome = await within(call, longestCallMs)
  } catch (error) {
    if (isByokError(error)) outcome = error
    else faults.push(`threw what is no ByokError: ${error instanceof Error ? error.stack : String(error)}`)
  }
  const endedAt = Date.now()
  await handler.close()
  if (way === 'streamCompletion') faults.push(...faultsOfDone(events, outcome))
  return {
    events,
    outcome,
    requests: replay.requestsOf(run),
    faults,
    endedAt,
    elapsedMs: endedAt - startedAt,
    run,
  }
}

function requestOf({ signal }: Question): { prompt: string; model: string; signal?: AbortSignal } {
  return {
    prompt: 'Say what was recorded.',
    model: 'test/replayed',
    ...(signal === undefined ? {} : { signal }),
  }
}

function generate(handler: BYOKHandler, question: Question): Promise<CompletionResponse> {
  return handler.generateResponse(requestOf(question))
}

async function stream(
  handler: BYOKHandler,
  question: Question,
  events: StreamEvent[],
): Promise<CompletionResponse | undefined> {
  const answer = handler.streamCompletion(requestOf(question))
  let hasLeft = false
  const control = {
    leave: (): void => {
      hasLeft = true
    },
    abort: (): void => answer.abort('enough'),
  }
  for await (const event of answer) {
    events.push(event)
    question.onEvent?.(event, control)
    if (hasLeft) return undefined
  }
  const last = events.at(-1)
  if (last?.type !== 'done') throw new Error('the stream ended without a done event')
  return last.response
}

function faultsOfDone(
  events: readonly StreamEvent[],
  outcome: CompletionResponse | ByokError | undefined,
): string[] {
  const count = events.filter((event) => event.type === 'done').length
  const wanted = outcome === undefined || isByokError(outcome) ? 0 : 1
  return count === wanted ? [] : [`${count} done events, not ${wanted}`]
}

async function within<Value>(promise: Promise<Value>, limitMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hung for ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
