// The few answers that faults are tried on, and where in each of them output begins and the end is said.

import { type DialectId, jsonEvents, type RecordedCase } from './cases.js'
import { type Expectation, type ExpectedResponse, expectationOf } from './expectation.js'
import type { Replay } from './replay.js'

/** One answer to break. */
export interface Sample {
  readonly dialect: DialectId
  readonly caseId: string
  readonly expectation: Expectation
  /** Where each of the server's events ends, in bytes. */
  readonly ends: readonly number[]
  /** The index of the first event that holds output. */
  readonly firstOutput: number
  /** The index of the event that says how the answer ended. */
  readonly finish: number
  /** The server's own, with one block of text, so that more text may be put into it. */
  readonly isBuiltin: boolean
}

type Json = Readonly<Record<string, unknown>>

/** Tags of bodies whose end or beginning is odd enough to hide what a fault does. */
const oddTags =
  /several-responses|message_start-again|no-done|no-finish|finish-changes|content-after-finish|extra-blank|without-blank|differ|error|tool-index|x_groq|arguments-missing|crlf/

const smallest = 1_500
const largest = 40_000

/** Samples of each dialect: the server's own, and recorded ones with text, with calls and with reasoning. */
export async function readSamples(replay: Replay, cases: readonly RecordedCase[]): Promise<Sample[]> {
  const recorded = cases.filter(isPlain)
  const chosen = (['openai-chat', 'openai-responses', 'anthropic-messages'] as const).flatMap((dialect) => {
    const ofDialect = recorded.filter((candidate) => candidate.dialect === dialect)
    const found = [/^text$/, /tool/, /reasoning/].map((scenario) =>
      ofDialect.find((one) => scenario.test(one.scenario)),
    )
    return [...new Set(found)].filter((one) => one !== undefined)
  })
  return [
    ...(await Promise.all(
      builtins().map(({ dialect, caseId, response }) => sampleOf(replay, dialect, caseId, response)),
    )),
    ...(await Promise.all(
      chosen.map(({ dialect, id, ...one }) =>
        sampleOf(replay, dialect, id, expectationOf({ dialect, id, ...one })),
      ),
    )),
  ]
}

function isPlain(recorded: RecordedCase): boolean {
  const { kind, body, tags, answer } = recorded
  if (kind !== 'stream' || answer === undefined || body.length < smallest || body.length > largest)
    return false
  if (tags.some((tag) => oddTags.test(tag))) return false
  const { responses, error, exceptions } = expectationOf(recorded)
  return responses.length === 1 && error === undefined && exceptions.length === 0 && answer.usage !== null
}

async function sampleOf(
  replay: Replay,
  dialect: DialectId,
  caseId: string,
  expectation: Expectation,
): Promise<Sample> {
  const pieces = replay.split(await replay.bodyOf(dialect, caseId))
  const ends: number[] = []
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + piece.length)
  const events = pieces.map((piece) => jsonEvents(piece)[0])
  const firstOutput = events.findIndex((event) => event !== undefined && isOutput(dialect, event))
  const finish = events.findIndex((event) => event !== undefined && saysEnd(dialect, event))
  if (firstOutput === -1 || finish === -1) throw new Error(`${caseId} has no output or no end to break`)
  return { dialect, caseId, expectation, ends, firstOutput, finish, isBuiltin: caseId.startsWith('builtin/') }
}

function isOutput(dialect: DialectId, event: Json): boolean {
  const type = String(event.type)
  switch (dialect) {
    case 'openai-chat': {
      const delta = object(object(list(event.choices)[0]).delta)
      const texts = [delta.content, delta.reasoning_content, delta.reasoning, delta.refusal]
      return (
        texts.some((text) => typeof text === 'string' && text !== '') || list(delta.tool_calls).length > 0
      )
    }
    case 'anthropic-messages': {
      const delta = object(event.delta)
      return (
        (type === 'content_block_start' && object(event.content_block).type === 'tool_use') ||
        [delta.text, delta.thinking, delta.partial_json].some(
          (text) => typeof text === 'string' && text !== '',
        )
      )
    }
    case 'openai-responses':
      return (
        (/(text|refusal|arguments)\.delta$/.test(type) && event.delta !== '') ||
        (type === 'response.output_item.added' && object(event.item).type === 'function_call')
      )
    default:
      return dialect satisfies never
  }
}

function saysEnd(dialect: DialectId, event: Json): boolean {
  switch (dialect) {
    case 'openai-chat':
      return Boolean(object(list(event.choices)[0]).finish_reason)
    case 'anthropic-messages':
      return Boolean(object(event.delta).stop_reason)
    case 'openai-responses':
      return event.type === 'response.completed' || event.type === 'response.incomplete'
    default:
      return dialect satisfies never
  }
}

function builtins(): { dialect: DialectId; caseId: string; response: Expectation }[] {
  const text = { text: 'Héllo 世界 😀!', calls: [], finishReason: 'stop' } as const
  const usage = { prompt: 3, completion: 5, cached: [0], reasoning: 0 }
  const call = (id: string, name: string, sent: string) =>
    ({ id, name, arguments: sent, kind: 'function', isPrinted: false }) as const
  return [
    {
      dialect: 'openai-chat',
      caseId: 'builtin/chat-text',
      response: only({ ...text, word: 'stop', usage, id: 'chatcmpl-builtin' }),
    },
    {
      dialect: 'openai-chat',
      caseId: 'builtin/chat-tools',
      response: only({
        text: '',
        calls: [call('call_a', 'get_weather', '{"city":"Zürich"}'), call('call_b', 'get_time', '{}')],
        finishReason: 'tool_calls',
        word: 'tool_calls',
        usage: { cached: [0], reasoning: 0 },
        id: 'chatcmpl-builtin',
      }),
    },
    {
      dialect: 'openai-responses',
      caseId: 'builtin/responses-text',
      response: only({ ...text, word: 'completed', usage, id: 'resp_builtin' }),
    },
    {
      dialect: 'anthropic-messages',
      caseId: 'builtin/messages-text',
      response: only({ ...text, word: 'end_turn', usage, id: 'msg_builtin' }),
    },
  ]
}

function only(response: Omit<ExpectedResponse, 'refusal' | 'reasoning' | 'model' | 'warns'>): Expectation {
  const { text } = response
  return {
    responses: [{ ...response, refusal: '', reasoning: '', model: 'builtin', warns: false }],
    partial: { text, reasoning: '' },
    piecesDiffer: false,
    exceptions: [],
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {} // an object has string keys
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
