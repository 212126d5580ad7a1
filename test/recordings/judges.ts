// The outcomes that a fault may have to have.

import type { ErrorCode } from '../../src/core/error-code.js'
import { isByokError } from '../../src/core/errors.js'
import { faultsOf as faultsOfAnswer } from './answers.js'
import type { Asked, Way } from './asking.js'
import { addedText, hasWholeCall } from './events.js'
import type { Expectation } from './expectation.js'
import type { Sample } from './samples.js'

/** Tells every way in which what came of a call is not what must. */
export type Judge = (asked: Asked, way: Way) => readonly string[]

/** The answer, by one request, as if nothing had happened. */
export function isAnswer(expectation: Expectation): Judge {
  return (asked, way) => faultsOfAnswer(asked, expectation, way)
}

/** The same answer where the usage may have been lost. */
export function withoutUsage({ expectation }: Sample): Expectation {
  return { ...expectation, responses: expectation.responses.map(({ usage: _, ...rest }) => rest) }
}

/** A stream that broke is an error, with what had come and with no call to run; never an answer. */
export function isBreak(sample: Sample, codes: readonly ErrorCode[]): Judge {
  return ({ outcome, events, faults }) => {
    if (!isByokError(outcome)) return [...faults, `a broken stream came out as ${describe(outcome)}`]
    const found = [...faults]
    if (!codes.includes(outcome.code)) found.push(`${describe(outcome)}, not ${codes.join(' or ')}`)
    if (hasWholeCall(events)) found.push('a whole call was announced')
    const { partial } = outcome
    const shown = addedText(events)
    const [text, reasoning] = [partial?.text ?? '', partial?.reasoning ?? '']
    if (events.length > 0 && (text !== shown.text || reasoning !== shown.reasoning)) {
      const seen = { text: shown.text, reasoning: shown.reasoning }
      found.push(`partial holds ${JSON.stringify({ text, reasoning })}, the events ${JSON.stringify(seen)}`)
    }
    const whole = sample.expectation.partial
    if (!whole.text.startsWith(text) || !whole.reasoning.startsWith(reasoning)) {
      found.push('partial is no beginning of the answer')
    }
    if (partial?.toolCalls.some((call) => call.incomplete !== true))
      found.push('a call is not marked incomplete')
    return found
  }
}

/** An error of this code and status, before there was any body to read. */
export function isError(code: ErrorCode, status?: number): Judge {
  return ({ outcome, faults }) =>
    isByokError(outcome) && outcome.code === code && outcome.status === status
      ? faults
      : [...faults, describe(outcome)]
}

/** An error of one of these codes, wherever it came. */
export function isErrorOf(codes: readonly ErrorCode[]): Judge {
  return ({ outcome, faults }) =>
    isByokError(outcome) && codes.includes(outcome.code) ? faults : [...faults, describe(outcome)]
}

/** A rate limit that says how long to wait. */
export function isRateLimit(retryAfterMs: number): Judge {
  return ({ outcome, faults }) =>
    isByokError(outcome) && outcome.code === 'rate-limited' && outcome.retryAfterMs === retryAfterMs
      ? faults
      : [...faults, describe(outcome)]
}

/** No output came in time. */
export const isFirstTokenTimeout: Judge = ({ outcome, faults }) =>
  isByokError(outcome) && outcome.code === 'timeout' && outcome.phase === 'first-token'
    ? faults
    : [...faults, describe(outcome)]

/** The stream fell silent after output. */
export function isIdleTimeout(sample: Sample): Judge {
  return (asked, way) => {
    const cause = isByokError(asked.outcome) ? asked.outcome.cause : undefined
    const isIdle = isByokError(cause) && cause.code === 'timeout' && cause.phase === 'idle'
    return [
      ...isBreak(sample, ['stream-interrupted'])(asked, way),
      ...(isIdle ? [] : ['the cause is no idle timeout']),
    ]
  }
}

/** The judge's own opinion, and an end by that time. */
export function isSoon(latestMs: number, judge: Judge): Judge {
  return (asked, way) => [
    ...judge(asked, way),
    ...(asked.elapsedMs > latestMs ? [`took ${asked.elapsedMs} ms`] : []),
  ]
}

/** One judge for an error, another for an answer: both pass. */
export function either(error: Judge, answer: Judge): Judge {
  return (asked, way) => (isByokError(asked.outcome) ? error : answer)(asked, way)
}

/** The outcome in a few words. */
export function describe(outcome: Asked['outcome']): string {
  if (outcome === undefined) return 'nothing'
  if (!isByokError(outcome)) return `an answer (${outcome.choices[0].finish_reason})`
  const { code, status, phase, retryAfterMs, message } = outcome
  return `${code} ${JSON.stringify({ status, phase, retryAfterMs })}: ${message}`
}
