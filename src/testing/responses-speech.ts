// OpenAI's Responses dialect, as the vendor's server speaks it.

import { addCounts, type FilledAnswer, type FilledToolCall } from './answer.js'
import { createdSeconds, openaiErrorBody, type Speech, type WireEvent } from './speech.js'

type Fields = Record<string, unknown>

/** An event before it has its number in the sequence. */
interface Step {
  readonly type: string
  readonly fields: Fields
  readonly isTerminator?: boolean
}

/** Speaks Responses. */
export const responsesSpeech: Speech = {
  *events(answer) {
    let sequence = 0
    for (const { type, fields, isTerminator } of stepsOf(answer)) {
      const event: WireEvent = {
        event: type,
        data: JSON.stringify({ type, sequence_number: sequence, ...fields }),
      }
      sequence += 1
      yield isTerminator ? { ...event, isTerminator } : event
    }
  },

  body(answer) {
    return responseOf(answer, statusOf(answer), outputOf(answer))
  },

  errorEvent: (error) => ({
    event: 'error',
    data: JSON.stringify({
      type: 'error',
      code: error.code ?? 'server_error',
      message: error.message ?? 'The test upstream fails.',
      param: error.param ?? null,
      sequence_number: 0,
    }),
  }),
  errorBody: openaiErrorBody,
}

function* stepsOf(answer: FilledAnswer): Iterable<Step> {
  const begun = { response: responseOf(answer, 'in_progress', []) }
  yield { type: 'response.created', fields: begun }
  yield { type: 'response.in_progress', fields: begun }
  let position = 0
  if (answer.reasoning.length > 0) yield* reasoningSteps(answer, position++)
  if (answer.text.length > 0) yield* messageSteps(textPart, answer.text, answer, position++)
  if (answer.refusal.length > 0) yield* messageSteps(refusalPart, answer.refusal, answer, position++)
  for (const call of answer.toolCalls) yield* callSteps(call, call.indexOr(position++))
  if (answer.finish === null) return
  const status = statusOf(answer)
  const response = responseOf(answer, status, outputOf(answer))
  yield { type: `response.${status}`, fields: { response }, isTerminator: true }
}

function* reasoningSteps(answer: FilledAnswer, position: number): Iterable<Step> {
  const item = reasoningItem(answer)
  const place = { item_id: item.id, output_index: position, summary_index: 0 }
  const text = answer.reasoning.join('')
  yield step('output_item.added', { output_index: position, item: { ...item, summary: [] } })
  yield step('reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } })
  for (const delta of answer.reasoning) yield step('reasoning_summary_text.delta', { ...place, delta })
  yield step('reasoning_summary_text.done', { ...place, text })
  yield step('reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text } })
  yield step('output_item.done', { output_index: position, item })
}

/** A kind of message content: its name in event types, and the part that holds the text. */
interface PartKind {
  readonly id: string
  readonly eventName: string
  readonly field: string
  part(text: string): Fields
  readonly extras: Fields
}

const textPart: PartKind = {
  id: 'msg_test_1',
  eventName: 'output_text',
  field: 'text',
  part: (text) => ({ type: 'output_text', annotations: [], logprobs: [], text }),
  extras: { logprobs: [] },
}

const refusalPart: PartKind = {
  id: 'msg_test_2',
  eventName: 'refusal',
  field: 'refusal',
  part: (refusal) => ({ type: 'refusal', refusal }),
  extras: {},
}

function* messageSteps(
  kind: PartKind,
  pieces: readonly string[],
  answer: FilledAnswer,
  position: number,
): Iterable<Step> {
  const item = messageItem(kind, pieces, itemStatusOf(answer))
  const place = { item_id: kind.id, output_index: position, content_index: 0 }
  const text = pieces.join('')
  const added = { ...item, status: 'in_progress', content: [] }
  yield step('output_item.added', { output_index: position, item: added })
  yield step('content_part.added', { ...place, part: kind.part('') })
  for (const delta of pieces) yield step(`${kind.eventName}.delta`, { ...place, delta, ...kind.extras })
  yield step(`${kind.eventName}.done`, { ...place, [kind.field]: text, ...kind.extras })
  yield step('content_part.done', { ...place, part: kind.part(text) })
  yield step('output_item.done', { output_index: position, item })
}

function* callSteps(call: FilledToolCall, position: unknown): Iterable<Step> {
  const item = callItem(call)
  const place = { item_id: item.id, output_index: position }
  const added = { ...item, status: 'in_progress', arguments: '' }
  yield step('output_item.added', { output_index: position, item: added })
  for (const delta of call.pieces) yield step('function_call_arguments.delta', { ...place, delta })
  yield step('function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments })
  yield step('output_item.done', { output_index: position, item })
}

function step(name: string, fields: Fields): Step {
  return { type: `response.${name}`, fields }
}

function outputOf(answer: FilledAnswer): Fields[] {
  const output: Fields[] = []
  if (answer.reasoning.length > 0) output.push(reasoningItem(answer))
  if (answer.text.length > 0) output.push(messageItem(textPart, answer.text, itemStatusOf(answer)))
  if (answer.refusal.length > 0) output.push(messageItem(refusalPart, answer.refusal, itemStatusOf(answer)))
  for (const call of answer.toolCalls) output.push(callItem(call))
  return output
}

function reasoningItem(answer: FilledAnswer) {
  return {
    id: 'rs_test_1',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: answer.reasoning.join('') }],
  }
}

function messageItem(kind: PartKind, pieces: readonly string[], status: string) {
  return { id: kind.id, type: 'message', status, content: [kind.part(pieces.join(''))], role: 'assistant' }
}

function callItem(call: FilledToolCall) {
  return {
    id: `fc_test_${call.position + 1}`,
    type: 'function_call',
    status: 'completed',
    arguments: call.pieces.join(''),
    call_id: call.id,
    name: call.name,
  }
}

function responseOf(answer: FilledAnswer, status: string, output: readonly Fields[]): Fields {
  const isOver = status !== 'in_progress'
  const isCut = status === 'incomplete'
  const reason = answer.finish === 'length' ? 'max_output_tokens' : answer.finish
  return {
    id: answer.id,
    object: 'response',
    created_at: createdSeconds,
    status,
    error: status === 'failed' ? { code: 'server_error', message: 'The test upstream fails.' } : null,
    incomplete_details: isCut ? { reason } : null,
    instructions: null,
    metadata: {},
    model: answer.model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: isOver && answer.usage !== null ? usageOf(answer) : null,
  }
}

function statusOf({ finish }: FilledAnswer): string {
  if (finish === null) return 'in_progress'
  if (finish === 'stop' || finish === 'tool_calls') return 'completed'
  return finish === 'failed' ? 'failed' : 'incomplete'
}

function itemStatusOf(answer: FilledAnswer): string {
  return statusOf(answer) === 'completed' ? 'completed' : 'incomplete'
}

function usageOf({ usage }: FilledAnswer): Fields {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage ?? {}
  const prompt = addCounts(input, cacheRead, cacheWrite)
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cacheRead ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: addCounts(prompt, output),
  }
}
