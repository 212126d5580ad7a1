// Mends a request that a provider refused for the sake of one parameter, without changing what is asked.

import type { ByokError } from '../core/errors.js'
import type { ChatRequest } from '../core/request.js'
import type { DialectName } from '../wire/dialect.js'

/** Who refused it. */
export interface RepairTarget {
  readonly provider: string
  readonly dialect: DialectName | undefined
}

/** A request that may be taken now, and what was changed in it. */
export interface Mended {
  readonly chat: ChatRequest
  readonly note: string
}

/** What providers call a parameter that the model does not take, or takes at its default only. */
const refusals: ReadonlySet<string | undefined> = new Set([
  undefined,
  'unsupported_parameter',
  'unsupported_value',
])

/** The two names of the output limit in the Chat dialect: the model decides which it takes. */
const otherLimitName: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

const ownSampling: Readonly<Record<string, 'temperature' | 'topP' | 'seed'>> = {
  temperature: 'temperature',
  top_p: 'topP',
  seed: 'seed',
}

/** Sampling parameters that only `providerOptions` can hold. */
const otherSampling: ReadonlySet<string> = new Set([
  'top_k',
  'min_p',
  'presence_penalty',
  'frequency_penalty',
  'repetition_penalty',
  'logit_bias',
])

/**
 * The request with the refused parameter renamed or left out, as a copy; `undefined` where nothing that is known to be
 * harmless was refused. Judged by status, code and parameter alone: a 400 or 422 that names the output limit or a
 * parameter of sampling. Images, tools and the response format are the question itself and are never touched.
 */
export function repairRequest(target: RepairTarget, chat: ChatRequest, error: ByokError): Mended | undefined {
  const { status, upstream, code } = error
  const param = upstream?.param
  if (code !== 'invalid-request' || (status !== 400 && status !== 422)) return undefined
  if (param === undefined || !refusals.has(upstream?.code)) return undefined
  return renamedLimit(target, chat, param) ?? withoutSampling(target, chat, param)
}

function renamedLimit(
  { provider, dialect }: RepairTarget,
  chat: ChatRequest,
  param: string,
): Mended | undefined {
  const name = Object.hasOwn(otherLimitName, param) ? otherLimitName[param] : undefined
  const { maxTokens, ...rest } = chat
  if (name === undefined || maxTokens === undefined || dialect !== 'openai-chat') return undefined
  const options = { ...chat.providerOptions?.[provider], [name]: maxTokens }
  return {
    chat: { ...rest, providerOptions: { ...chat.providerOptions, [provider]: options } },
    note: `The output limit was sent as \`${name}\`, since \`${param}\` was refused.`,
  }
}

function withoutSampling({ provider }: RepairTarget, chat: ChatRequest, param: string): Mended | undefined {
  const note = `\`${param}\` was left out, since the model refuses it.`
  const field = Object.hasOwn(ownSampling, param) ? ownSampling[param] : undefined
  if (field !== undefined && chat[field] !== undefined) {
    const { [field]: _refused, ...rest } = chat
    return { chat: rest, note }
  }
  const options = chat.providerOptions?.[provider]
  if (!otherSampling.has(param) || options === undefined || !Object.hasOwn(options, param)) return undefined
  const { [param]: _refused, ...rest } = options
  return { chat: { ...chat, providerOptions: { ...chat.providerOptions, [provider]: rest } }, note }
}
