// Checks a request at the door and puts it into the one form that the pipeline takes.

import { type ContextOverflow, contextOverflows } from '../core/context-overflow.js'
import type { RequestLabels } from '../core/handler-events.js'
import { taskTypes } from '../core/level.js'
import type { Message, ReasoningSetting } from '../core/message.js'
import type { ChatRequest, ProviderOptions } from '../core/request.js'
import type { Secret } from '../core/secret.js'
import { secretOf } from '../keys/key-format.js'
import type { RequestKeys } from '../keys/resolver.js'
import type { DeltaCallbacks, PreparedRequest } from '../pipeline/prepared-request.js'
import type { GivenLimits } from '../resilience/limits.js'
import {
  booleanAt,
  type Fields,
  functionAt,
  invalid,
  kindOf,
  listAt,
  nameAt,
  numberAt,
  objectAt,
  optional,
  recordAt,
  textAt,
  wholeNumberAt,
  wordAt,
} from './check.js'
import { jsonAt } from './check-json.js'
import { checkMessages } from './check-messages.js'
import { levelAt } from './check-models.js'
import { checkResponseFormat, checkToolChoice, checkTools } from './check-tools.js'
import type { TimeoutOptions } from './completion-request.js'

/** Headers that authenticate or frame a request: they are the transport's. */
const reservedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

/** Labels stand in every record and in the names of counters, and each tag may be a counter of its own. */
const longestLabel = 1_024
const mostTags = 64
/** Longer than the others, since it stands in a hold once, and is often a name that another system has made. */
const longestTenant = 16_384

const efforts: ReadonlySet<unknown> = new Set(['none', 'minimal', 'low', 'medium', 'high'])

/** The part of the request that goes to a model. `fields` are in our words. */
export function checkChat(fields: Fields): ChatRequest {
  const tools = fields.tools === undefined || fields.tools === null ? undefined : checkTools(fields.tools)
  return {
    messages: conversation(fields),
    ...(tools === undefined || tools.length === 0 ? {} : { tools }),
    ...optional(fields, 'toolChoice', (value) => checkToolChoice(value, tools)),
    ...optional(fields, 'parallelToolCalls', booleanAt),
    ...optional(fields, 'responseFormat', checkResponseFormat),
    ...optional(fields, 'maxTokens', (value, field) => wholeNumberAt(value, field, 1)),
    ...optional(fields, 'temperature', (value, field) => numberAt(value, field, 0)),
    ...optional(fields, 'topP', (value, field) => numberAt(value, field, 0, 1)),
    ...optional(fields, 'stop', stopSequences),
    ...optional(fields, 'seed', (value, field) => wholeNumberAt(value, field, Number.MIN_SAFE_INTEGER)),
    ...optional(fields, 'reasoning', reasoningSetting),
    ...optional(fields, 'user', nameAt),
    ...optional(fields, 'providerOptions', providerOptions),
    ...optional(fields, 'headers', extraHeaders),
    ...optional(fields, 'strict', booleanAt),
  }
}

/** What the caller says of the work. */
export function checkWork(fields: Fields): PreparedRequest['work'] {
  return {
    ...optional(fields, 'level', levelAt),
    ...optional(fields, 'taskType', (value, field) => wordAt(value, field, taskTypes)),
  }
}

/** What becomes of a request that is too long. */
export function checkContextOverflow({ contextOverflow = 'error' }: Fields): ContextOverflow {
  return wordAt(contextOverflow, 'contextOverflow', contextOverflows)
}

/** For whom the request is, as it stands in every event. */
export function checkLabels(fields: Fields, requestId: string): RequestLabels {
  return {
    requestId,
    ...optional(fields, 'tenant', (value, field) => labelAt(value, field, longestTenant)),
    ...optional(fields, 'user', labelAt),
    ...optional(fields, 'agent', labelAt),
    ...optional(fields, 'session', labelAt),
    ...optional(fields, 'run', labelAt),
    ...optional(fields, 'tags', tagsAt),
  }
}

function labelAt(value: unknown, field: string, longest = longestLabel): string {
  const label = nameAt(value, field)
  if (label.length > longest)
    throw invalid(field, `must have at most ${longest} characters, and has ${label.length}.`)
  return label
}

function tagsAt(value: unknown, field: string): string[] {
  const tags = listAt(value, field)
  if (tags.length > mostTags) throw invalid(field, `must be at most ${mostTags}, and are ${tags.length}.`)
  return tags.map((tag, at) => labelAt(tag, `${field}[${at}]`))
}

/** The keys that the request brings. `apiKey` belongs to the one provider that the model names. */
export function checkKeys(fields: Fields, providers: readonly string[] | undefined): RequestKeys {
  const keys = new Map<string, Secret>()
  if (fields.keys !== undefined) {
    for (const [provider, value] of Object.entries(recordAt(fields.keys, 'keys')))
      keys.set(provider, secretOf(value, provider))
  }
  if (fields.apiKey !== undefined) {
    const [provider, other] = new Set(providers)
    if (provider === undefined || other !== undefined) {
      throw invalid('apiKey', 'needs a model of one provider, as "provider/model". For several, use keys.')
    }
    keys.set(provider, secretOf(fields.apiKey, provider))
  }
  return keys
}

const limitNames: { readonly [Name in keyof Required<TimeoutOptions>]: true } = {
  totalMs: true,
  connectMs: true,
  firstTokenMs: true,
  idleMs: true,
}

/** The limits of a request or a handler over those that hold otherwise. */
export function checkTimeout(value: unknown, otherwise: GivenLimits): GivenLimits {
  if (value === undefined) return otherwise
  if (typeof value === 'number') return { ...otherwise, totalMs: numberAt(value, 'timeout', 1) }
  const given = recordAt(value, 'timeout')
  const known = Object.keys(limitNames)
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw invalid(`timeout.${name.slice(0, 64)}`, `there is no such limit. Use ${known.join(', ')}.`)
  }
  const limits: Record<string, number> = {}
  for (const name of known)
    if (given[name] !== undefined) limits[name] = numberAt(given[name], `timeout.${name}`, 1)
  return { ...otherwise, ...limits }
}

const callbackNames: { readonly [Name in keyof Required<DeltaCallbacks>]: true } = {
  onTextDelta: true,
  onReasoningDelta: true,
  onFirstDelta: true,
  onToolCallStart: true,
}

/** The callbacks, checked: those that are there, also where they are methods of an instance. */
export function checkCallbacks(value: unknown): DeltaCallbacks {
  const given = recordAt(value, 'callbacks')
  const known = Object.keys(callbackNames)
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(given))
  const unknown = isPlain ? Object.keys(given).find((name) => !known.includes(name)) : undefined
  if (unknown !== undefined)
    throw invalid(`callbacks.${unknown.slice(0, 64)}`, `there is no such callback. Use ${known.join(', ')}.`)
  const callbacks: Record<string, unknown> = {}
  for (const name of known) {
    if (given[name] !== undefined) callbacks[name] = functionAt(given[name], `callbacks.${name}`).bind(given)
  }
  return callbacks
}

/** The signal, checked. */
export function checkSignal(value: unknown): AbortSignal {
  const signal = objectAt(value, 'signal')
  const listens = [signal.addEventListener, signal.removeEventListener].every(
    (method) => typeof method === 'function',
  )
  if (!listens || typeof signal.aborted !== 'boolean') throw invalid('signal', 'must be an AbortSignal.')
  return value as AbortSignal // it has what is used of one
}

function conversation(fields: Fields): Message[] {
  const { prompt, system, messages } = fields
  if (prompt !== undefined && messages !== undefined)
    throw invalid('prompt', 'is short for messages: give only one of them.')
  if (prompt === undefined && messages === undefined) throw invalid('messages', 'give a prompt or messages.')
  const before: Message[] =
    system === undefined ? [] : [{ role: 'system', content: textAt(system, 'system') }]
  if (prompt !== undefined) return [...before, { role: 'user', content: textAt(prompt, 'prompt') }]
  return [...before, ...checkMessages(messages)]
}

function stopSequences(value: unknown, field: string): string[] {
  const list = typeof value === 'string' ? [value] : listAt(value, field)
  return list.map((entry, index) => {
    const text = textAt(entry, `${field}[${index}]`)
    if (text === '') throw invalid(`${field}[${index}]`, 'must not be empty.')
    return text
  })
}

/** True for the efforts that OpenAI has above `high`, and this version does not. */
export function isBeyondHigh(effort: unknown): effort is 'xhigh' | 'max' {
  return effort === 'xhigh' || effort === 'max'
}

function reasoningSetting(value: unknown, field: string): ReasoningSetting {
  if (typeof value === 'number') return wholeNumberAt(value, field, 0)
  if (isBeyondHigh(value)) return 'high'
  if (!efforts.has(value))
    throw invalid(field, 'must be "none", "minimal", "low", "medium", "high" or a number of tokens.')
  return value as ReasoningSetting // just checked
}

function providerOptions(value: unknown, field: string): ProviderOptions {
  const given = Object.entries(recordAt(value, field)).filter(([, fields]) => fields !== undefined)
  return Object.fromEntries(
    given.map(([provider, fields]) => {
      const at = `${field}.${provider.slice(0, 64)}`
      return [provider, withoutUndefined(jsonAt(recordAt(fields, at), at))]
    }),
  )
}

function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** Header names and values that cannot break out of their line, and none that the transport sets. */
export function extraHeaders(value: unknown, field: string): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, header] of Object.entries(recordAt(value, field))) {
    if (header === undefined) continue
    const shown = `${field}[${JSON.stringify(name.slice(0, 64))}]`
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name) || name === '__proto__')
      throw invalid(shown, 'is no header name.')
    if (reservedHeaders.has(name.toLowerCase()))
      throw invalid(shown, 'is set by the transport and cannot be given.')
    if (typeof header !== 'string') throw invalid(shown, `must be text, and is ${kindOf(header)}.`)
    if (!/^[\t\x20-\x7e\x80-\xff]{0,8192}$/.test(header))
      throw invalid(shown, 'holds a character that no header may hold.')
    headers[name] = header
  }
  return headers
}
