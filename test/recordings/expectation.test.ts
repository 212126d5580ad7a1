// The judges of the recordings: what they demand of hand-written answers, and that they notice what is wrong.

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import type { RecordedAnswer, RecordedCase } from './cases.js'
import { cuttings, decodeStream, eventEnds } from './decode.js'
import { differencesOfEvents } from './events.js'
import { differences, expectationOf } from './expectation.js'
import { expectedError } from './expected-error.js'
import { expectedUsage } from './expected-usage.js'
import { isBreak } from './judges.js'

const chunk = (delta: object, rest: object = {}, choice: object = {}) =>
  `data: ${JSON.stringify({ id: 'c-1', model: 'm-1', choices: [{ index: 0, delta, ...choice }], ...rest })}\n\n`

const event = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`

/** The last event of a Responses stream, which alone ends one. */
const completed = event({ type: 'response.completed', response: {} })

const call = { index: 0, id: 'call-1', type: 'function', function: { name: 'look', arguments: '{"at":' } }

const body = Buffer.from(
  [
    chunk({ reasoning_content: 'Hm.' }),
    chunk({ content: 'Grüezi ' }),
    chunk({ content: '👋' }),
    chunk({ tool_calls: [call] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
    chunk({}, {}, { finish_reason: 'stop' }),
    `data: ${JSON.stringify({ id: 'c-1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } })}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
)

const answer: RecordedAnswer = {
  text: 'Grüezi 👋',
  reasoning: 'Hm.',
  tool_calls: [{ id: 'call-1', name: 'look', arguments: '{"at":1}' }],
  finish_reason: 'stop',
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
  id: 'c-1',
  model: 'm-1',
  terminator: '[DONE]',
}

const recorded: RecordedCase = {
  id: 'hand/written',
  dialect: 'openai-chat',
  kind: 'stream',
  scenario: 'tool',
  status: 200,
  headers: {},
  tags: [],
  body,
  answer,
}

function decoded(): { response: CompletionResponse; events: StreamEvent[] } {
  const { outcome, events } = decodeStream(openaiChat, [body])
  if (!('choices' in outcome)) throw outcome
  return { response: structuredCloneOf(outcome), events: structuredClone([...events]) }
}

/** A plain copy that may be changed; the getter `text` is put back. */
function structuredCloneOf(response: CompletionResponse): CompletionResponse {
  const copy = structuredClone({ ...response })
  return Object.defineProperty(copy, 'text', {
    value: response.text,
    configurable: true,
  }) as CompletionResponse // the copy has every other field
}

function withAnswer(changes: Partial<RecordedAnswer>, rest: Partial<RecordedCase> = {}): RecordedCase {
  return { ...recorded, ...rest, answer: { ...answer, ...changes } }
}

/** Sets the field at a path, whatever its type says. */
function set(target: object, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  let at = target as Record<string, unknown> // walked by name
  for (const name of names) at = at[name] as Record<string, unknown> // the same
  at[last] = value
}

describe('a right answer', () => {
  it('has no differences, however its bytes were cut', () => {
    for (const cut of Object.values(cuttings)) {
      const { outcome, events } = decodeStream(openaiChat, cut(body))
      expect(differences(outcome, expectationOf(recorded))).toEqual([])
      if ('choices' in outcome) expect(differencesOfEvents(events, outcome, false)).toEqual([])
    }
    expect(eventEnds(body)).toHaveLength(8)
  })
})

describe('a wrong answer', () => {
  it.each<[string, unknown]>([
    ['choices.0.message.content', 'Grüezi 👋 '],
    ['choices.0.message.content', null],
    ['choices.0.message.refusal', 'No.'],
    ['choices.0.message.reasoning_content', 'Hm'],
    ['choices.0.message.reasoning_content', undefined],
    ['choices.0.message.tool_calls', undefined],
    ['choices.0.message.tool_calls.0.id', 'call-2'],
    ['choices.0.message.tool_calls.0.type', 'custom '],
    ['choices.0.message.tool_calls.0.function.name', 'book'],
    ['choices.0.message.tool_calls.0.function.arguments', '{"at": 1}'],
    ['choices.0.finish_reason', 'stop'],
    ['byok.finishReason', 'tool_calls'],
    ['byok.usageEstimated', true],
    ['usage.prompt_tokens', 10],
    ['usage.completion_tokens', 3],
    ['usage.total_tokens', 14],
    ['usage.prompt_tokens_details', { cached_tokens: 1 }],
    ['usage.completion_tokens_details', { reasoning_tokens: 1 }],
    ['id', 'c-2'],
    ['model', 'm-2'],
  ])('is noticed where %s is %j', (path, value) => {
    const { response } = decoded()
    set(response, path, value)
    expect(differences(response, expectationOf(recorded))).not.toEqual([])
  })

  it('is noticed where it is a failure instead', () => {
    expect(differences(new ProviderError('provider', 'Down.'), expectationOf(recorded))).not.toEqual([])
  })

  it('is noticed where its arguments are broken and it does not say so', () => {
    const broken = withAnswer({ tool_calls: [{ id: 'call-1', name: 'look', arguments: '{"at":' }] })
    const { response } = decoded()
    set(response, 'choices.0.message.tool_calls.0.function.arguments', '{"at":')
    expect(differences(response, expectationOf(broken))).toEqual([
      expect.stringContaining('not marked invalid'),
    ])
  })
})

describe('events that are not the response', () => {
  it.each(['text', 'reasoning', 'tool-call-delta', 'tool-call'])(
    'are noticed where a %s is lost or comes twice',
    (type) => {
      const { response, events } = decoded()
      const at = events.findLastIndex((event) => event.type === type)
      const one = events.slice(at, at + 1)
      expect(one).toHaveLength(1)
      expect(differencesOfEvents(events.toSpliced(at, 1), response, false)).not.toEqual([])
      expect(differencesOfEvents(events.toSpliced(at, 0, ...one), response, false)).not.toEqual([])
    },
  )
})

describe('what is demanded', () => {
  it('is an error for an error in the stream, unless that comes behind a finish reason', () => {
    const error = { error: { code: 502, message: 'Upstream is down.' } }
    expect(expectationOf(withAnswer({ error, finish_reason: null }))).toMatchObject({
      responses: [],
      error: { codes: ['provider'], message: 'Upstream is down.' },
    })
    const behind = expectationOf(withAnswer({ error, finish_reason: 'length' }))
    expect(behind.responses).toHaveLength(1)
    expect(behind.error).toBeDefined()
    expect(
      differences(decoded().response, expectationOf(withAnswer({ finish_reason: 'error' }))),
    ).not.toEqual([])
  })

  it('is an error for an end that is none, which is another in each dialect', () => {
    const open = { finish_reason: null, terminator: null }
    expect(expectationOf(withAnswer(open)).responses).toEqual([])
    expect(expectationOf(withAnswer({ ...open, terminator: '[DONE]' })).responses).toHaveLength(1)
    const cut = withAnswer({ finish_reason: 'completed', terminator: null }, { dialect: 'openai-responses' })
    expect(expectationOf(cut).responses).toEqual([])
  })

  it('is empty arguments as they are where the length cut them off, and {} elsewhere', () => {
    const argumentsFor = (finish_reason: string) =>
      expectationOf(withAnswer({ finish_reason, tool_calls: [{ id: '1', name: 'look', arguments: '' }] }))
        .responses[0]?.calls[0]
    expect(argumentsFor('length')).toMatchObject({ arguments: '' })
    expect(argumentsFor('tool_calls')).toMatchObject({ arguments: '{}' })
  })

  it('is the final text or the joined pieces where a recording was shortened', () => {
    const delta = (text: string) => event({ type: 'response.output_text.delta', delta: text })
    const shortened = withAnswer(
      { finish_reason: 'completed', terminator: 'final-response' },
      {
        dialect: 'openai-responses',
        tags: ['deltas-differ-from-final-text'],
        body: Buffer.from(delta('Grü') + delta('ezi') + completed),
      },
    )
    expect(expectationOf(shortened).responses.map(({ text }) => text)).toEqual(['Grüezi 👋', 'Grüezi'])
  })

  it("is either list of calls where a provider's own tool comes as a custom one", () => {
    const item = { type: 'custom_tool_call', call_id: 'own-1', name: 'own_search', input: 'x' }
    const own = withAnswer(
      { finish_reason: 'completed', terminator: 'final-response', tool_calls: [] },
      {
        dialect: 'openai-responses',
        offeredTools: [{ type: 'own_search' }],
        body: Buffer.from(event({ type: 'response.output_item.done', item }) + completed),
      },
    )
    expect(
      expectationOf(own).responses.map(({ finishReason, calls }) => [finishReason, calls.length]),
    ).toEqual([
      ['stop', 0],
      ['stop', 0],
      ['tool_calls', 1],
    ])
  })

  it('is usage as OpenAI counts it', () => {
    const details = { completion_tokens_details: { reasoning_tokens: 30 } }
    const chat = (sent: object) =>
      expectedUsage('openai-chat', { prompt_tokens: 10, completion_tokens: 5, ...sent })
    expect(chat({ ...details, total_tokens: 45 })).toMatchObject({ completion: 35, reasoning: 30 })
    expect(chat({ ...details, total_tokens: 15 })).toMatchObject({ completion: 5, reasoning: 5 })
    expect(chat({ total_tokens: 400 })).toMatchObject({ prompt: 10, completion: 5 })
    expect(chat({ prompt_cache_hit_tokens: 4 })).toMatchObject({ cached: [4] })
    expect(chat({ prompt_tokens: -1 })).not.toHaveProperty('prompt')
    const sent = {
      input_tokens: 1,
      cache_read_input_tokens: 2,
      cache_creation_input_tokens: 4,
      output_tokens: 8,
    }
    expect(expectedUsage('anthropic-messages', sent)).toMatchObject({ prompt: 7, completion: 8, cached: [2] })
    expect(differences(decoded().response, expectationOf(withAnswer({ usage: null })))).not.toEqual([])
  })

  it('is the code of an error body before its status', () => {
    const codes = (status: number, error: object) =>
      expectedError({ status, headers: {}, body: JSON.stringify({ error }) }).codes
    expect(codes(400, { code: 'context_length_exceeded' })).toEqual(['context-length'])
    expect(codes(429, { type: 'insufficient_quota' })).toEqual(['quota-exceeded'])
    expect(codes(503, { type: 'server_error' })).toEqual(['provider'])
    expect(codes(200, { code: 502 })).toEqual(['provider'])
    expect(codes(400, { message: 'Incorrect API key provided.' })).toContain('authentication')
    expect(codes(400, { message: 'Bad.' })).not.toContain('authentication')
  })
})

describe('a broken stream', () => {
  const sample = {
    dialect: 'openai-chat',
    caseId: 'hand/written',
    expectation: expectationOf(recorded),
    ends: [],
    firstOutput: 0,
    finish: 0,
    isBuiltin: false,
  } as const
  const asked = { requests: [], faults: [], endedAt: 0, elapsedMs: 0, run: 'run-1' }
  const partialOf = (text: string) => ({
    text,
    reasoning: '',
    toolCalls: [],
    usage: {},
    usageEstimated: true,
  })
  const judge = isBreak(sample, ['stream-interrupted'])

  it('is never an answer, never runs a call, and keeps what was shown', () => {
    const text: StreamEvent = { type: 'text', text: 'Grü' }
    const error = (kept: string) =>
      new ProviderError('stream-interrupted', 'Cut.', { partial: partialOf(kept) })
    expect(judge({ ...asked, events: [text], outcome: error('Grü') }, 'streamCompletion')).toEqual([])
    expect(judge({ ...asked, events: [text], outcome: error('Gr') }, 'streamCompletion')).toHaveLength(1)
    expect(judge({ ...asked, events: [], outcome: error('Hallo') }, 'generateResponse')).toHaveLength(1)
    expect(judge({ ...asked, events: [], outcome: decoded().response }, 'generateResponse')).toHaveLength(1)
    const wholeCall: StreamEvent = { type: 'tool-call', index: 0, id: '1', name: 'look', arguments: '{}' }
    expect(
      judge({ ...asked, events: [text, wholeCall], outcome: error('Grü') }, 'streamCompletion'),
    ).toHaveLength(1)
    const other = new ProviderError('provider', 'Down.')
    expect(judge({ ...asked, events: [], outcome: other }, 'generateResponse')).toHaveLength(1)
  })
})
