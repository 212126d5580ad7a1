// The faults of the replay server, each with the outcome that it must have.

import type { ErrorCode } from '../../src/core/error-code.js'
import { isByokError } from '../../src/core/errors.js'
import { ask, type HandlerSettings, oneRequest, testKey, ways } from './asking.js'
import type { Expectation } from './expectation.js'
import {
  describe,
  either,
  isAnswer,
  isBreak,
  isError,
  isErrorOf,
  isFirstTokenTimeout,
  isIdleTimeout,
  isRateLimit,
  isSoon,
  type Judge,
  withoutUsage,
} from './judges.js'
import type { Replay, ReplayOptions } from './replay.js'
import type { Check } from './report.js'
import type { Sample } from './samples.js'

/** One fault to try on a sample. */
interface Fault {
  readonly name: string
  readonly options: ReplayOptions
  readonly settings?: HandlerSettings
  readonly judge: Judge
}

/** Long enough for a busy machine to bring the first output, short enough to wait for. */
const patienceMs = 500
const impatient: HandlerSettings = {
  ...oneRequest,
  timeout: { firstTokenMs: patienceMs, idleMs: patienceMs },
}

/** A call that ran into a limit of ours must have ended by now. */
const latestEndMs = patienceMs + 2_000

/** One check for each fault, sample and method. */
export function faultChecks(replay: Replay, samples: readonly Sample[]): Check[] {
  const kinds = [harmless, breaks, halves, stalls, errorEvents, refusals, indexes, sizes]
  return samples.flatMap((sample) =>
    kinds
      .flatMap((faultsOfKind) => faultsOfKind(sample))
      .flatMap(({ name, options, settings = oneRequest, judge }) =>
        ways.map((way) => ({
          group: sample.dialect,
          way: `faults, ${way}`,
          name: `${name} on ${sample.caseId}`,
          run: async () => {
            const { dialect, caseId } = sample
            const asked = await ask(replay, { dialect, caseId, options, settings }, way)
            const count = asked.requests.length
            return [...judge(asked, way), ...(count === 1 ? [] : [`${count} requests, not 1`])]
          },
        })),
      ),
  )
}

/** Oddities of the wire that change nothing. */
function harmless(sample: Sample): Fault[] {
  const all: readonly ReplayOptions[] = [
    { gzip: 1 },
    { br: 1 },
    { deflate: 1 },
    { gzip: 1, chunk: 'bytes:7' },
    { ping: 1 },
    { ping: 3, pingtext: ': still here' },
    { unknown: 2 },
    { unknown: 1, ping: 1 },
    ...['lf', 'crlf', 'cr'].flatMap((eol) => [{ eol }, { eol, chunk: 'bytes:3' }]),
    { bom: 1 },
    { bom: 1, chunk: 'bytes:1' },
    { multiline: 1 },
    { multiline: 1, eol: 'crlf', chunk: 'random:7' },
    { nospace: 1 },
    { idretry: 1 },
    { noevent: 1 },
    { nofinalblank: 1 },
    { nofinalblank: 1, eol: 'cr', chunk: 'bytes:5' },
    { bom: 1, eol: 'crlf', ping: 2, unknown: 3, idretry: 1, nospace: 1, chunk: 'random:3:20' },
    { key: testKey },
  ]
  const nameOf = (options: ReplayOptions): string =>
    Object.entries(options)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')
  return all.map((options) => ({ name: nameOf(options), options, judge: isAnswer(sample.expectation) }))
}

/** The body stops, by a reset or by a proper end. */
function breaks(sample: Sample): Fault[] {
  const { beforeOutput, inOutput, beforeFinish, finished, whole } = offsetsOf(sample)
  const early = [...new Set([0, 1, beforeOutput, inOutput, beforeFinish])].flatMap((at): Fault[] => {
    const reset: ErrorCode[] = at >= inOutput ? ['stream-interrupted'] : ['stream-interrupted', 'network']
    return [
      { name: `cut=${at}`, options: { cut: at }, judge: isBreak(sample, reset) },
      {
        name: `end=${at}`,
        options: { end: at },
        judge: isBreak(sample, ['stream-interrupted', 'invalid-response']),
      },
    ]
  })
  const judge = isAnswer(withoutUsage(sample))
  const late: Fault[] = [
    { name: 'cut behind the finish', options: { cut: finished }, judge },
    { name: 'end behind the finish', options: { end: finished }, judge },
  ]
  const isWithoutEnd = sample.dialect === 'openai-responses'
  return [
    ...early,
    ...(finished < whole ? late : []),
    {
      name: 'nodone',
      options: { nodone: 1 },
      judge: isWithoutEnd ? isBreak(sample, ['stream-interrupted']) : isAnswer(sample.expectation),
    },
    { name: 'nousage', options: { nousage: 1 }, judge: isAnswer(lostUsage(sample)) },
  ]
}

/** An event is cut off in the middle of its JSON. */
function halves(sample: Sample): Fault[] {
  const early = [...new Set([0, sample.firstOutput + 1, sample.finish])].map((at): Fault => {
    const hasOutput = at > sample.firstOutput
    const codes: ErrorCode[] = hasOutput ? ['invalid-response', 'stream-interrupted'] : ['invalid-response']
    return { name: `malformed=${at}`, options: { malformed: at }, judge: isBreak(sample, codes) }
  })
  const last = sample.ends.length - 1
  const late: Fault = {
    name: 'malformed behind the finish',
    options: { malformed: last },
    judge: isAnswer(withoutUsage(sample)),
  }
  return last > sample.finish ? [...early, late] : early
}

/** The body goes silent, with and without comments that keep the socket warm. */
function stalls(sample: Sample): Fault[] {
  const { beforeOutput, inOutput, finished } = offsetsOf(sample)
  const isIdle = isIdleTimeout(sample)
  const ended = isAnswer(withoutUsage(sample))
  const all: Fault[] = [
    { name: 'hang=0', options: { hang: 0 }, judge: isFirstTokenTimeout },
    { name: 'hang before output', options: { hang: beforeOutput }, judge: isFirstTokenTimeout },
    {
      name: 'comments before output',
      options: { hang: beforeOutput, keepalive: 40 },
      judge: isFirstTokenTimeout,
    },
    { name: 'hang in the output', options: { hang: inOutput }, judge: isIdle },
    { name: 'comments in the output', options: { hang: inOutput, keepalive: 40 }, judge: isIdle },
    { name: 'hang behind the finish', options: { hang: finished }, judge: ended },
    { name: 'comments behind the finish', options: { hang: finished, keepalive: 40 }, judge: ended },
    { name: 'hang behind the end mark', options: { hang: 1e9 }, judge: isAnswer(sample.expectation) },
  ]
  return all.map((fault) => ({ ...fault, settings: impatient, judge: isSoon(latestEndMs, fault.judge) }))
}

/** An error inside the stream, before output, in it, and behind the finish. */
function errorEvents(sample: Sample): Fault[] {
  const typed: ErrorCode = sample.dialect === 'anthropic-messages' ? 'overloaded' : 'provider'
  const judgeAt = (at: number): Judge =>
    isBreak(sample, at > sample.firstOutput ? [typed, 'stream-interrupted'] : [typed])
  const early = [...new Set([0, sample.firstOutput + 1, sample.finish])].flatMap((at): Fault[] => [
    { name: `errevent=${at}`, options: { errevent: at }, judge: judgeAt(at) },
    { name: `errevent=${at}, going on`, options: { errevent: at, errcontinue: 1 }, judge: judgeAt(at) },
  ])
  const behind = sample.finish + 1
  const error = { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Too long.' }
  return [
    ...early,
    {
      name: 'errevent behind the finish',
      options: { errevent: behind },
      judge: either(judgeAt(behind), isAnswer(withoutUsage(sample))),
    },
    {
      name: 'errbody',
      options: { errevent: 0, errbody: JSON.stringify({ type: 'error', error }) },
      judge: isBreak(sample, ['context-length']),
    },
  ]
}

/** What is refused before there is a body. */
function refusals(sample: Sample): Fault[] {
  const refused = isError('invalid-request', 400)
  const unreadable = isErrorOf(['invalid-response'])
  const sendsOptions = sample.dialect === 'openai-chat'
  return [
    { name: 'refuse', options: { refuse: 1 }, judge: isError('network') },
    { name: 'html', options: { html: 1 }, judge: isError('provider', 502) },
    { name: 'html with 200', options: { html: 1, status: 200 }, judge: unreadable },
    { name: 'an empty page', options: { ct: 'text/html', end: 0 }, judge: unreadable },
    { name: 'nostream', options: { nostream: 1 }, judge: refused },
    { name: 'noopts', options: { noopts: 1 }, judge: sendsOptions ? refused : isAnswer(sample.expectation) },
    { name: 'key', options: { key: 'test-key-another-0002' }, judge: isError('authentication', 401) },
    { name: 'status=529', options: { status: 529 }, judge: isError('overloaded', 529) },
    { name: 'retry-after', options: { status: 429, 'retry-after': 3 }, judge: isRateLimit(3_000) },
    { name: 'retry-after-ms', options: { status: 429, 'retry-after-ms': 1_500 }, judge: isRateLimit(1_500) },
  ]
}

/** Indexes of tool calls that are odd, or none. */
function indexes(sample: Sample): Fault[] {
  const hasCalls = (sample.expectation.responses[0]?.calls.length ?? 0) > 0
  if (sample.dialect !== 'openai-chat' || !hasCalls) return []
  const answer = isAnswer(sample.expectation)
  const junk = isBreak(sample, ['invalid-response', 'stream-interrupted'])
  const judges: Readonly<Record<string, Judge>> = {
    drop: answer,
    zero: answer,
    string: answer,
    plus: answer,
    1e9: either(junk, answer),
    '-1': junk,
    '1.5': junk,
    ['__proto__']: junk,
  }
  return Object.entries(judges).map(([toolindex, judge]) => ({
    name: `toolindex=${toolindex}`,
    options: { toolindex },
    judge,
  }))
}

/** Events that are large, and too large. */
function sizes(sample: Sample): Fault[] {
  const [expected] = sample.expectation.responses
  if (!sample.isBuiltin || expected === undefined) return []
  const large = 600_000
  const tooLarge = 3_000_000
  const bigat = sample.firstOutput + 1
  const grown: Judge = ({ outcome, faults }) => {
    if (outcome === undefined || isByokError(outcome)) return [...faults, describe(outcome)]
    const content = outcome.choices[0].message.content ?? ''
    // The final object of Responses does not hold what was put in, and is right.
    const isFinal = sample.dialect === 'openai-responses' && content === expected.text
    const isRight = isFinal || content.length === expected.text.length + large
    return isRight ? faults : [...faults, `the text has ${content.length} characters`]
  }
  return [
    { name: 'big', options: { big: large, bigat }, judge: grown },
    { name: 'too big, first', options: { big: tooLarge, bigat: 0 }, judge: isErrorOf(['event-too-large']) },
    {
      name: 'too big, in the output',
      options: { big: tooLarge, bigat },
      judge: isErrorOf(['event-too-large', 'stream-interrupted']),
    },
  ]
}

/** What is left of the counts when `usage` is taken off the events: in Chat nothing, elsewhere what stands deeper. */
function lostUsage(sample: Sample): Expectation {
  const lost = withoutUsage(sample)
  if (sample.dialect === 'openai-responses') return sample.expectation
  if (sample.dialect === 'anthropic-messages') return lost
  return {
    ...lost,
    responses: lost.responses.map((response) => ({ ...response, usage: { cached: [0], reasoning: 0 } })),
  }
}

interface Offsets {
  readonly beforeOutput: number
  readonly inOutput: number
  readonly beforeFinish: number
  readonly finished: number
  readonly whole: number
}

function offsetsOf({ ends, firstOutput, finish }: Sample): Offsets {
  const end = (index: number): number => ends[index] ?? 0
  return {
    beforeOutput: end(firstOutput - 1),
    inOutput: end(firstOutput) + 3,
    beforeFinish: end(finish) - 3,
    finished: end(finish),
    whole: end(ends.length - 1),
  }
}
