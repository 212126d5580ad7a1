// One call of the soak: what is asked, how its caller behaves, and what must hold of its end.

import type { Attempt } from '../../src/core/attempt.js'
import type { CompletionStream } from '../../src/core/completion-stream.js'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { BYOKHandler } from '../../src/handler.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import type { Awake } from './awake.js'
import type { Chance } from './chance.js'
import { readMarks } from './marks.js'
import { oldModel } from './moods.js'
import { callHeader, providerNames } from './providers-process.js'

/** How a caller leaves, if it does not stay to the end. */
const leavings = {
  stays: 740,
  'its signal aborts': 90,
  'aborted before': 10,
  'abort()': 50,
  breaks: 70,
  throws: 40,
} as const

type Leaving = keyof typeof leavings

/** How the answer is asked for. */
const ways = { generateResponse: 45, 'a loop': 45, 'response()': 10 } as const

/** A call with everything drawn. */
export interface SoakCall {
  readonly number: number
  readonly way: keyof typeof ways
  readonly leaving: Leaving
  /** When or after how many events the caller leaves. */
  readonly leavesAfter: number
  readonly totalMs: number
  readonly isOnSharedSignal: boolean
  readonly request: CompletionRequest
}

/** How a call ended. */
export interface CallEnd {
  readonly call: SoakCall
  readonly kind: 'answer' | 'error' | 'left'
  /** The attempts of the answer or error; a caller who leaves the loop is given none. */
  readonly attempts: readonly Attempt[] | undefined
  /** The upstream answer that the marks of the text name. */
  readonly hit: string | undefined
  readonly code: string
  /** Promises that were broken. */
  readonly faults: readonly string[]
  /** Milliseconds beyond its deadline. */
  readonly overMs: number
}

/** Draws a call. */
export function drawCall(number: number, chance: Chance): SoakCall {
  const way = chance.pick(ways)
  const leaving = chance.pick(way === 'a loop' ? leavings : { ...leavings, breaks: 0, throws: 0 })
  const totalMs = chance.isOnce(0.1) ? chance.between(20, 200) : chance.between(600, 2_000)
  const providers = [...providerNames].sort(() => chance.next() - 0.5).slice(0, chance.between(1, 3))
  return {
    number,
    way,
    leaving,
    leavesAfter: chance.between(0, 8),
    totalMs,
    isOnSharedSignal: leaving === 'stays' || chance.isOnce(0.5),
    request: {
      model: providers.map((provider) => `${provider}/${chance.isOnce(0.04) ? oldModel : 'm'}`),
      prompt: 'x'.repeat(chance.between(1, 400)),
      maxTokens: 1_000,
      timeout: { totalMs, firstTokenMs: 120, idleMs: 120 },
      run: `${number}`,
      headers: { [callHeader]: `${number}` },
      ...(chance.isOnce(0.3) ? { tools: [noteTool] } : {}),
      ...(chance.isOnce(0.8) ? { tenant: `tenant-${chance.between(1, 4)}` } : {}),
    },
  }
}

const noteTool = {
  type: 'function',
  function: { name: 'note', parameters: { type: 'object', properties: { mark: { type: 'string' } } } },
} as const

/** What is longer than the deadline by this much did not keep it. Busy machines are given some time. */
export const graceMs = 250

/** What one caller sees of a stream. */
class Watcher {
  text = ''
  events = 0
  isDone = false

  see(event: { readonly type: string; readonly text?: string; readonly restarted?: true }): void {
    this.events += 1
    if (event.type === 'attempt' && event.restarted) this.text = ''
    if (event.type === 'text') this.text += event.text ?? ''
    if (event.type === 'done') this.isDone = true
  }
}

/** Makes a call, and judges its end by what alone its caller can see. Never rejects. */
export async function makeCall(
  handler: BYOKHandler,
  call: SoakCall,
  shared: AbortSignal,
  awake: Awake,
): Promise<CallEnd> {
  const own = new AbortController()
  const signal =
    call.leaving === 'its signal aborts' || call.leaving === 'aborted before' || !call.isOnSharedSignal
      ? own.signal
      : shared
  if (call.leaving === 'aborted before') own.abort(new Error('before'))
  const abortAfter =
    call.leaving === 'its signal aborts'
      ? setTimeout(() => own.abort(new Error('left')), call.leavesAfter * 12)
      : undefined
  let lateSince: number | undefined
  // A timer of the same process: where the machine is too busy for any timer, that is no fault of the library.
  const deadline = setTimeout(() => {
    lateSince = awake.now
  }, call.totalMs)
  const watcher = new Watcher()
  const faults: string[] = []
  const end = (
    kind: CallEnd['kind'],
    code: string,
    attempts: readonly Attempt[] | undefined,
    hit?: string,
  ): CallEnd => {
    clearTimeout(abortAfter)
    clearTimeout(deadline)
    const overMs = lateSince === undefined ? 0 : awake.now - lateSince
    if (overMs > graceMs)
      faults.push(`ended ${Math.round(overMs)} ms behind its ${call.totalMs} ms (${code})`)
    return { call, kind, attempts, hit, code, faults, overMs }
  }
  try {
    const response = await ask(handler, call, signal, watcher)
    if (response === undefined) return end('left', 'left', undefined)
    const hit = judgeAnswer(response, call, watcher, faults)
    return end('answer', 'answer', response.byok.attempts, hit)
  } catch (error) {
    if (error === ownError) return end('left', 'left', undefined)
    if (!isByokError(error)) {
      faults.push(`threw what is none of our errors: ${String(error)}`)
      return end('error', 'strange', undefined)
    }
    judgeError(error, watcher, faults)
    return end('error', error.code, error.attempts)
  }
}

const ownError = new Error('The caller failed in its own loop.')

async function ask(
  handler: BYOKHandler,
  call: SoakCall,
  signal: AbortSignal,
  watcher: Watcher,
): Promise<CompletionResponse | undefined> {
  const request = { ...call.request, signal }
  if (call.way === 'generateResponse') return handler.generateResponse(request)
  const stream = handler.streamCompletion(request)
  if (call.way === 'response()') {
    if (call.leaving === 'abort()') setTimeout(() => stream.abort(), call.leavesAfter * 12)
    return stream.response()
  }
  return iterate(stream, call, watcher)
}

async function iterate(
  stream: CompletionStream,
  { leaving, leavesAfter }: SoakCall,
  watcher: Watcher,
): Promise<CompletionResponse | undefined> {
  for await (const event of stream) {
    watcher.see(event)
    if (event.type === 'done') return event.response
    if (watcher.events <= leavesAfter) continue
    if (leaving === 'breaks') return undefined
    if (leaving === 'throws') throw ownError
    if (leaving === 'abort()') stream.abort()
  }
  throw new Error('the stream ended without its last event')
}

/** The answer is one whole answer, in its text, reasoning and calls. Gives the name of the upstream answer. */
function judgeAnswer(
  response: CompletionResponse,
  { way }: SoakCall,
  watcher: Watcher,
  faults: string[],
): string | undefined {
  try {
    const { message } = response.choices[0]
    const { hit, isWhole } = readMarks(response.text)
    if (!isWhole) faults.push(`an answer that is not whole: ${response.text}`)
    if (way === 'a loop' && watcher.text !== response.text)
      faults.push(`events say ${watcher.text}, the answer ${response.text}`)
    const reasoning = readMarks(message.reasoning_content ?? '')
    if (reasoning.hit !== undefined && (reasoning.hit !== hit || !reasoning.isWhole))
      faults.push('reasoning of another answer')
    for (const toolCall of message.tool_calls ?? []) {
      const written = 'function' in toolCall ? toolCall.function.arguments : ''
      if (written !== `{"mark":"${hit}"}`) faults.push(`a call of another answer: ${written}`)
    }
    return hit
  } catch (error) {
    faults.push(String(error))
    return undefined
  }
}

/** What had arrived belongs to one answer, and is what the consumer had seen. */
function judgeError(error: ByokError, watcher: Watcher, faults: string[]): void {
  if (error.code === 'internal') faults.push(`an internal error: ${String(error.cause)}`)
  if (error.attempts === undefined) faults.push(`${error.code} without attempts`)
  try {
    readMarks(error.partial?.text ?? '')
    readMarks(watcher.text)
  } catch (spliced) {
    faults.push(String(spliced))
  }
}
