// A provider that says what a test told it to, without any network.

import { type Clock, systemClock } from '../core/clock.js'
import type { ProviderAdapter, ProviderCall } from '../core/contracts.js'
import type { Delta } from '../core/delta.js'
import { ProviderError } from '../core/errors.js'

/**
 * One thing that a scripted provider does: yields a delta, or several at once; waits (`Infinity`: until the caller
 * leaves); or fails. An error that is no `ProviderError` is thrown as it is, though a real adapter would not do that.
 */
export type ScriptedStep = Delta | readonly Delta[] | { readonly waitMs: number } | Error

/** A text is a whole answer. Steps that neither finish nor fail are finished for you. */
export type ScriptedReply = string | readonly ScriptedStep[]

/** How a scripted provider behaves. */
export interface ScriptedProviderOptions {
  readonly id: string
  /** A reply for each call, of which the last repeats; or a function that decides. */
  readonly replies: readonly ScriptedReply[] | ((call: ProviderCall, index: number) => ScriptedReply)
  /** What the waits go by. @default the real clock */
  readonly clock?: Clock
  /** Whether it can be asked without streaming. @default true */
  readonly canComplete?: boolean
}

/** One call as the scripted provider saw it. */
export interface ScriptedCall extends ProviderCall {
  readonly mode: 'stream' | 'complete'
  /** How it ended: `left` when the caller stopped reading; `undefined` while it runs. */
  readonly end: 'finished' | 'failed' | 'aborted' | 'left' | undefined
}

/** A provider adapter that records its calls. */
export interface ScriptedProvider extends ProviderAdapter {
  readonly calls: readonly ScriptedCall[]
}

/** Makes a provider for unit tests: pass it to the handler under `adapters`. */
export function scriptedProvider(options: ScriptedProviderOptions): ScriptedProvider {
  const { id, replies, clock = systemClock, canComplete = true } = options
  const calls: ScriptedCall[] = []

  async function* play(
    call: ProviderCall,
    mode: ScriptedCall['mode'],
  ): AsyncGenerator<Delta | readonly Delta[]> {
    const reply = typeof replies === 'function' ? replies(call, calls.length) : pick(replies, calls.length)
    const index = calls.push({ ...call, mode, end: undefined }) - 1
    let end: ScriptedCall['end'] = 'left'
    try {
      for (const step of stepsOf(reply)) {
        if (call.signal.aborted) throw abortedBy(call.signal)
        if (step instanceof Error) throw step
        if ('waitMs' in step) await wait(clock, step.waitMs, call.signal)
        else yield step
      }
      end = 'finished'
    } catch (error) {
      end = call.signal.aborted ? 'aborted' : 'failed'
      throw error
    } finally {
      calls[index] = { ...call, mode, end }
    }
  }

  const stream: ProviderAdapter['stream'] = (call) => play(call, 'stream')
  if (!canComplete) return { id, calls, stream }
  return {
    id,
    calls,
    stream,
    async complete(call) {
      const deltas: Delta[] = []
      for await (const step of play(call, 'complete')) deltas.push(...[step].flat())
      return deltas
    },
  }
}

function pick(replies: readonly ScriptedReply[], index: number): ScriptedReply {
  const reply = replies[index] ?? replies.at(-1)
  if (reply === undefined) throw new TypeError('scriptedProvider: the list of replies is empty')
  return reply
}

/** The steps of a reply, with an end where the script has none. */
function stepsOf(reply: ScriptedReply): readonly ScriptedStep[] {
  const steps: readonly ScriptedStep[] = typeof reply === 'string' ? [{ type: 'text', text: reply }] : reply
  const deltas = steps.flatMap((step) => (step instanceof Error || 'waitMs' in step ? [] : step))
  const isOver =
    steps.some((step) => step instanceof Error) || deltas.some((delta) => delta.type === 'finish')
  if (isOver) return steps
  const reason = deltas.some((delta) => delta.type === 'tool-call-delta') ? 'tool_calls' : 'stop'
  return [...steps, { type: 'finish', reason, raw: reason }]
}

async function wait(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const leave = () => {
      cancel()
      reject(abortedBy(signal))
    }
    const cancel = Number.isFinite(waitMs)
      ? clock.timer(waitMs, () => {
          signal.removeEventListener('abort', leave)
          resolve()
        })
      : () => undefined
    signal.addEventListener('abort', leave, { once: true })
  })
}

function abortedBy(signal: AbortSignal): ProviderError {
  return new ProviderError('aborted', 'The call was aborted.', { cause: signal.reason })
}
