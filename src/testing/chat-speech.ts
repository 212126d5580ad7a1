// OpenAI's Chat Completions dialect, as the vendor's server speaks it.

import { addCounts, type FilledAnswer, type FilledToolCall } from './answer.js'
import { createdSeconds, openaiErrorBody, type Speech, type WireEvent } from './speech.js'

/** Speaks Chat Completions; reasoning comes as `reasoning_content`, the way most compatible vendors send it. */
export const chatSpeech: Speech = {
  *events(answer, request) {
    const wantsUsage = asksForUsage(request) && answer.usage !== null
    const chunk = (choices: unknown[], usage: unknown = null): WireEvent => ({
      event: '',
      data: JSON.stringify({
        id: answer.id,
        object: 'chat.completion.chunk',
        created: createdSeconds,
        model: answer.model,
        choices,
        ...(wantsUsage ? { usage } : {}),
      }),
    })
    const delta = (
      content: Record<string, unknown>,
      finish: string | null = null,
      logprobs: unknown = null,
    ) => chunk([{ index: 0, delta: content, logprobs, finish_reason: finish }])

    yield delta({ role: 'assistant', content: answer.text.length > 0 ? '' : null, refusal: null })
    for (const piece of answer.reasoning) yield delta({ reasoning_content: piece })
    for (const piece of answer.text)
      yield delta({ content: piece }, null, logprobsOf([piece], answer, request))
    for (const piece of answer.refusal) yield delta({ refusal: piece })
    for (const fragment of toolCallFragments(answer)) yield delta({ tool_calls: [fragment] })
    if (answer.finish !== null) yield delta({}, answer.finish)
    if (wantsUsage) yield chunk([], usageOf(answer))
    yield { event: '', data: '[DONE]', isTerminator: true }
  },

  body(answer, request) {
    const toolCalls = answer.toolCalls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.pieces.join('') },
    }))
    return {
      id: answer.id,
      object: 'chat.completion',
      created: createdSeconds,
      model: answer.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: answer.text.length > 0 ? answer.text.join('') : null,
            refusal: answer.refusal.length > 0 ? answer.refusal.join('') : null,
            ...(answer.reasoning.length > 0 ? { reasoning_content: answer.reasoning.join('') } : {}),
            ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
          },
          logprobs: logprobsOf(answer.text, answer, request),
          finish_reason: answer.finish,
        },
      ],
      ...(answer.usage === null ? {} : { usage: usageOf(answer) }),
    }
  },

  errorEvent: (error) => ({ event: '', data: JSON.stringify(openaiErrorBody(500, error)) }),
  errorBody: openaiErrorBody,
}

function asksForUsage({ stream_options: options }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true
  )
}

function logprobsOf(
  pieces: readonly string[],
  { logprob }: FilledAnswer,
  request: Readonly<Record<string, unknown>>,
): unknown {
  if (logprob === undefined || request.logprobs !== true) return null
  const content = pieces.map((token) => ({ token, logprob, bytes: null, top_logprobs: [] }))
  return { content, refusal: null }
}

function* toolCallFragments(answer: FilledAnswer): Iterable<unknown> {
  const queues = answer.toolCalls.map(fragmentsOf)
  if (!answer.interleaved) {
    yield* queues.flat()
    return
  }
  const longest = Math.max(0, ...queues.map((queue) => queue.length))
  for (let turn = 0; turn < longest; turn++) {
    for (const queue of queues) if (turn < queue.length) yield queue[turn]
  }
}

function fragmentsOf(call: FilledToolCall): unknown[] {
  const index = call.indexOr(call.position)
  const head = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }
  return [head, ...call.pieces.map((piece) => ({ index, function: { arguments: piece } }))]
}

/** OpenAI counts what was read from a cache inside the prompt, and reasoning inside the completion. */
function usageOf({ usage }: FilledAnswer): unknown {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage ?? {}
  const prompt = addCounts(input, cacheRead, cacheWrite)
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: addCounts(prompt, output),
    prompt_tokens_details: { cached_tokens: cacheRead ?? 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning ?? 0, audio_tokens: 0 },
  }
}
