// Puts an answer and what is known of its route into the shape of a ChatCompletion.

import type { MessageOrigin } from '../core/message.js'
import type { ByokInfo, CompletionResponse, ResponseMessage, ResponseUsage } from '../core/response.js'
import type { Route } from '../core/route.js'
import { completionTokens, promptTokens, type Usage } from '../core/usage.js'
import type { Answer } from './accumulator.js'

/** What a response says beyond the answer itself. */
export type RouteInfo = Pick<
  ByokInfo,
  'provider' | 'requestedModel' | 'attempts' | 'escalations' | 'cost' | 'timing' | 'credentialSource'
> & {
  /** The model that was asked; the answer's own word for it goes before. */
  readonly model: string
  readonly warnings: ByokInfo['warnings']
  readonly repairs: ByokInfo['repairs']
  /** The decision behind it; made when it is asked for. */
  readonly route: () => Route
}

/** The answer as a ChatCompletion, to the letter, with ours under `byok`. */
export function completionResponse(answer: Answer, info: RouteInfo): CompletionResponse {
  const { rawFinishReason, usage, usageEstimated, reasoningBlocks, meanLogprob, servedBy } = answer
  const body = {
    id: answer.id,
    object: 'chat.completion' as const,
    created: Math.floor(info.timing.startedAt / 1000),
    model: answer.model ?? info.model,
    choices: [
      { index: 0, message: messageOf(answer, info), finish_reason: answer.finishReason, logprobs: null },
    ] as CompletionResponse['choices'], // a list of one
    usage: openAIUsage(usage),
    byok: withRoute(info.route, {
      provider: info.provider,
      model: info.model,
      requestedModel: info.requestedModel,
      attempts: info.attempts,
      ...(info.escalations === undefined ? {} : { escalations: info.escalations }),
      cost: info.cost,
      usage,
      usageEstimated,
      finishReason: rawFinishReason,
      timing: info.timing,
      warnings: [...info.warnings, ...answer.warnings],
      repairs: [...info.repairs, ...answer.repairs],
      reasoning: reasoningBlocks,
      credentialSource: info.credentialSource,
      ...(meanLogprob === undefined ? {} : { meanLogprob }),
      ...(servedBy === undefined ? {} : { servedBy }),
    }),
  }
  return withText(body)
}

/**
 * Adds `route` where `JSON.stringify` and `Object.keys` do not see it: it names every model that there was to choose from,
 * and would be many times as long as the answer in whatever is stored or logged of it.
 */
function withRoute<Info extends Omit<ByokInfo, 'route'>>(route: () => Route, info: Info): Info & ByokInfo {
  let shown: Route | undefined
  Object.defineProperty(info, 'route', {
    get: () => {
      shown ??= route()
      return shown
    },
    configurable: true,
  })
  return info as Info & ByokInfo // `route` was just defined
}

/** Adds `text` where `JSON.stringify` and `Object.keys` do not see it: the rest is OpenAI's object, to the letter. */
function withText<Body extends Omit<CompletionResponse, 'text'>>(body: Body): Body & CompletionResponse {
  Object.defineProperty(body, 'text', {
    get: () => body.choices[0].message.content ?? '',
    configurable: true,
  })
  return body as Body & CompletionResponse // `text` was just defined
}

function messageOf(answer: Answer, info: RouteInfo): ResponseMessage {
  const message: { -readonly [Field in keyof ResponseMessage]: ResponseMessage[Field] } = {
    role: 'assistant',
    content: answer.text === '' ? null : answer.text,
    refusal: answer.refusal === '' ? null : answer.refusal,
  }
  if (answer.toolCalls.length > 0) message.tool_calls = [...answer.toolCalls]
  if (answer.reasoning !== '') message.reasoning_content = answer.reasoning
  const hasOpaqueState = answer.reasoningBlocks.some((block) => block.signature || block.redacted || block.id)
  if (hasOpaqueState) {
    const origin: MessageOrigin = {
      provider: info.provider,
      model: info.model,
      reasoning: answer.reasoningBlocks,
    }
    message.byok = origin
  }
  return message
}

/** Usage as OpenAI counts it: cache inside the prompt, reasoning inside the completion; details only where they are not 0. */
function openAIUsage(usage: Usage): ResponseUsage {
  const prompt = promptTokens(usage)
  const completion = completionTokens(usage)
  const promptDetails = {
    ...(usage.cacheRead ? { cached_tokens: usage.cacheRead } : {}),
    ...(usage.audioInput ? { audio_tokens: usage.audioInput } : {}),
  }
  const completionDetails = {
    ...(usage.reasoning ? { reasoning_tokens: usage.reasoning } : {}),
    ...(usage.audioOutput ? { audio_tokens: usage.audioOutput } : {}),
  }
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(Object.keys(promptDetails).length > 0 ? { prompt_tokens_details: promptDetails } : {}),
    ...(Object.keys(completionDetails).length > 0 ? { completion_tokens_details: completionDetails } : {}),
  }
}
