// What a recorded answer must become, and how an actual one differs from that.

import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { FinishReason } from '../../src/core/finish-reason.js'
import type { CompletionResponse } from '../../src/core/response.js'
import { jsonEvents, type RecordedAnswer, type RecordedCall, type RecordedCase } from './cases.js'
import { differencesOfCalls, type ExpectedCall, expectedCalls } from './expected-calls.js'
import { type ExpectedError, expectedErrorInStream } from './expected-error.js'
import {
  differencesOfUsage,
  type ExpectedUsage,
  expectedUsage,
  isCacheBeyondPrompt,
} from './expected-usage.js'

/** One answer that passes. */
export interface ExpectedResponse {
  readonly text: string
  readonly refusal: string
  readonly reasoning: string
  readonly calls: readonly ExpectedCall[]
  readonly finishReason: FinishReason
  /** The provider's own; `null` where it gave none. */
  readonly word: string | null
  /** Absent where the counts may have been lost. */
  readonly usage?: ExpectedUsage
  readonly id?: string
  readonly model?: string
  /** The end was odd enough for a warning. */
  readonly warns: boolean
}

/** What a recording must become. */
export interface Expectation {
  /** Any of these passes; none where the answer failed. */
  readonly responses: readonly ExpectedResponse[]
  /** Passes too; the only thing that passes where there are no responses. */
  readonly error?: ExpectedError
  /** What had come before the error. */
  readonly partial: { readonly text: string; readonly reasoning: string }
  /** The pieces of text do not add up to the answer, since the recording was shortened. */
  readonly piecesDiffer: boolean
  /** Why this expectation is wider than the words of the recordings' own rules. */
  readonly exceptions: readonly string[]
}

/** The words of providers for the end of an answer. */
const meanings: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  completed: 'stop',
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  function_call: 'tool_calls',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  'incomplete:max_output_tokens': 'length',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  'incomplete:content_filter': 'content_filter',
}

const cacheException =
  'more cached tokens than the prompt has: as sent or capped at the prompt, since both counts cannot be true'

/** Reads the recording's own expectation by the rules that stand beside the recordings. */
export function expectationOf(recorded: RecordedCase): Expectation {
  const answer = recorded.answer
  if (answer === undefined) throw new Error(`${recorded.id} holds no answer`)
  const joined = recorded.tags.includes('deltas-differ-from-final-text') ? joinedText(recorded) : undefined
  const usage = expectedUsage(recorded.dialect, answer.usage)
  const isException = isCacheBeyondPrompt(usage)
  const error = errorOf(recorded, answer)
  const isSpliced = recorded.tags.includes('message_start-again')
  const responses =
    error !== undefined && !hasErrorBehindFinish(answer)
      ? []
      : callLists(recorded, answer).flatMap((calls) =>
          [answer.text, ...(joined === undefined ? [] : [joined])].map((text) =>
            responseOf(answer, text, calls, isException ? capped(usage) : usage),
          ),
        )
  return {
    responses,
    ...(error === undefined ? {} : { error }),
    ...(error === undefined && isSpliced
      ? { error: { codes: ['provider', 'invalid-response', 'stream-interrupted'] } }
      : {}),
    partial: { text: answer.text, reasoning: answer.reasoning },
    piecesDiffer: joined !== undefined,
    exceptions: isException ? [cacheException] : [],
  }
}

/** Every way in which `actual` is not what it should be; empty where it is. */
export function differences(actual: CompletionResponse | ByokError, expectation: Expectation): string[] {
  if (isByokError(actual)) {
    if (expectation.error !== undefined) return differencesOfError(actual, expectation.error)
    return [`failed with ${actual.code}: ${actual.message}`]
  }
  const [closest] = expectation.responses
    .map((response) => differencesOfResponse(actual, response))
    .sort((left, right) => left.length - right.length)
  return (
    closest ?? [`an answer, though the recording holds an error (${expectation.error?.codes.join(' or ')})`]
  )
}

/** Every way in which `actual` is not the error it should be. */
export function differencesOfError(actual: ByokError, expected: ExpectedError): string[] {
  const found: string[] = []
  if (!expected.codes.includes(actual.code))
    found.push(`code ${actual.code}, not ${expected.codes.join(' or ')}`)
  const { statuses, message, retryAfterMs } = expected
  if (statuses && !(actual.status !== undefined && statuses.includes(actual.status))) {
    found.push(`status ${actual.status}, not ${statuses.join(' or ')}`)
  }
  if (message !== undefined && !actual.message.includes(message.slice(0, 200))) {
    found.push(`message ${show(actual.message)}, not the provider's ${show(message)}`)
  }
  if (retryAfterMs !== undefined && actual.retryAfterMs !== retryAfterMs) {
    found.push(`retryAfterMs ${actual.retryAfterMs}, not ${retryAfterMs}`)
  }
  return found
}

function responseOf(
  answer: RecordedAnswer,
  text: string,
  calls: readonly ExpectedCall[],
  usage: ExpectedUsage,
): ExpectedResponse {
  const word = answer.finish_reason || null
  const meaning = word === null ? 'stop' : (meanings[word.toLowerCase()] ?? 'stop')
  return {
    text,
    refusal: answer.refusal ?? '',
    reasoning: answer.reasoning,
    calls,
    finishReason: meaning === 'stop' && calls.length > 0 ? 'tool_calls' : meaning,
    word,
    usage,
    ...(answer.id ? { id: answer.id } : {}),
    ...(answer.model ? { model: answer.model } : {}),
    warns: word === null || !Object.hasOwn(meanings, word.toLowerCase()),
  }
}

/** The error that the answer ends in: one inside it, a word for failure, or an end that is none. */
function errorOf(recorded: RecordedCase, answer: RecordedAnswer): ExpectedError | undefined {
  if (answer.error !== undefined && answer.error !== null) return expectedErrorInStream(answer.error)
  if (isFailureWord(answer.finish_reason)) return { codes: ['provider'] }
  if (recorded.kind === 'whole') return undefined
  const isEnded =
    recorded.dialect === 'openai-responses'
      ? jsonEvents(recorded.body).some(({ type }) =>
          /^response\.(completed|incomplete|failed)$/.test(String(type)),
        )
      : Boolean(answer.finish_reason || answer.terminator)
  return isEnded ? undefined : { codes: ['stream-interrupted', 'invalid-response'] }
}

function isFailureWord(word: string | null): boolean {
  return word === 'error' || word === 'failed'
}

/** The answer had said how it ended before its error came: which of the two it is, is anybody's guess. */
function hasErrorBehindFinish({ error, finish_reason: word }: RecordedAnswer): boolean {
  return error !== undefined && error !== null && Boolean(word) && !isFailureWord(word)
}

/** The lists of calls that pass: with and without what the provider runs itself but sends as a custom tool's call. */
function callLists(recorded: RecordedCase, answer: RecordedAnswer): (readonly ExpectedCall[])[] {
  const isCutOff = meanings[answer.finish_reason?.toLowerCase() ?? ''] === 'length'
  const listOf = (calls: readonly RecordedCall[]): readonly ExpectedCall[] =>
    expectedCalls(recorded, calls, isCutOff)
  const own = recorded.dialect === 'openai-responses' ? ownCustomCalls(recorded) : []
  if (own.length === 0) return [listOf(answer.tool_calls)]
  const without = answer.tool_calls.filter((call) => !own.some(({ id }) => id === call.id))
  return [listOf(answer.tool_calls), listOf(without), listOf([...without, ...own])]
}

/** The calls of custom tools that the request did not offer, where it is known what it offered. */
function ownCustomCalls(recorded: RecordedCase): RecordedCall[] {
  if (recorded.offeredTools === undefined) return []
  const offered = recorded.offeredTools
    .map((tool) => JSON.stringify(tool))
    .filter((tool) => tool.includes('"custom"'))
  const calls = new Map<string, RecordedCall>()
  for (const event of jsonEvents(recorded.body)) {
    const item = event.item as Record<string, unknown> | undefined // read below as far as it is what we look for
    if (event.type !== 'response.output_item.done' || item?.type !== 'custom_tool_call') continue
    const [id, name] = [String(item.call_id), String(item.name)]
    if (offered.some((tool) => tool.includes(JSON.stringify(name)))) continue
    calls.set(id, { id, name, arguments: String(item.input ?? ''), custom: true })
  }
  return [...calls.values()]
}

function joinedText(recorded: RecordedCase): string {
  return jsonEvents(recorded.body)
    .map((event) => (event.type === 'response.output_text.delta' ? String(event.delta) : ''))
    .join('')
}

function capped(usage: ExpectedUsage): ExpectedUsage {
  return { ...usage, cached: [...usage.cached, usage.prompt ?? 0] }
}

function differencesOfResponse(actual: CompletionResponse, expected: ExpectedResponse): string[] {
  const found: string[] = []
  const check = (name: string, value: unknown, wanted: readonly unknown[]): void => {
    if (!wanted.includes(value)) found.push(`${name} is ${show(value)}, not ${wanted.map(show).join(' or ')}`)
  }
  const [choice] = actual.choices
  const { message } = choice
  check('object', actual.object, ['chat.completion'])
  check('choices.length', actual.choices.length, [1])
  check('choices[0].index', choice.index, [0])
  check('message.role', message.role, ['assistant'])
  check('message.content', message.content, [expected.text || null])
  check('text', actual.text, [expected.text])
  check('message.refusal', message.refusal, [expected.refusal || null])
  check('message.reasoning_content', message.reasoning_content, [expected.reasoning || undefined])
  check('finish_reason', choice.finish_reason, [expected.finishReason])
  check('byok.finishReason', actual.byok.finishReason, [expected.word])
  if (expected.id === undefined) check('whether id is there', Boolean(actual.id), [true])
  else check('id', actual.id, [expected.id])
  if (expected.model !== undefined) check('model', actual.model, [expected.model])
  if (expected.warns && actual.byok.warnings.length === 0) found.push('no warning of the odd end')
  return [
    ...found,
    ...differencesOfCalls(message.tool_calls, expected.calls),
    ...(expected.usage === undefined
      ? []
      : differencesOfUsage(actual.usage, actual.byok.usageEstimated, expected.usage)),
  ]
}

/** A value for a person: long text is shown by its ends. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 160 ? text : `${text.slice(0, 100)}… (${text.length}) …${text.slice(-40)}`
}
