// Reads a provider's error, in whichever of the known shapes it comes.

import type { UpstreamFault } from '../core/error-code.js'
import { ProviderError } from '../core/errors.js'
import { codeOfGeneralWords, codeOfStatus, codeOfWords } from './error-codes.js'
import { asArray, asObject, asText, type JsonObject, parseJson } from './json.js'
import { retryAfterMs } from './retry-after.js'

/** The longest message of a provider that is passed on. */
const longestMessage = 2048

/** An error answer: what stands outside its body. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Headers
  /** Milliseconds since 1970, for a `retry-after` that is a date. */
  readonly nowMs: number
}

/** What an error body says, wherever in it that stands. */
interface Fault {
  readonly message?: string
  readonly words: readonly string[]
  /** A status that stands inside the body. */
  readonly status?: number
  /** Absent where the provider named nothing. */
  readonly upstream?: UpstreamFault
  readonly requestId?: string
}

/** The typed error for an answer whose status is no success. Give the body with the key already redacted. */
export function errorOfAnswer(answer: ErrorAnswer, body: string): ProviderError {
  const fault = readFault(parseJson(body))
  const { headers } = answer
  const status = answer.status
  const wait = retryAfterMs(headers, answer.nowMs)
  const requestId = headers.get('x-request-id') ?? headers.get('request-id') ?? fault.requestId
  const hint = headers.get('x-should-retry')
  return new ProviderError(
    codeOfWords(fault.words) ?? codeOfStatus(status),
    fault.message ?? plainMessage(status, body),
    {
      status,
      ...(fault.upstream === undefined ? {} : { upstream: fault.upstream }),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...(requestId ? { requestId } : {}),
      ...(hint === 'false' || hint === 'true' ? { isRetryable: hint === 'true' } : {}),
    },
  )
}

/** The typed error for an error inside an answer that began well: in a chunk, an event, or a body with status 200. */
export function errorInAnswer(body: unknown): ProviderError {
  const fault = readFault(body)
  const code =
    codeOfWords(fault.words) ??
    (fault.status === undefined ? codeOfGeneralWords(fault.words) : codeOfStatus(fault.status)) ??
    'provider'
  return new ProviderError(code, fault.message ?? 'The provider reported an error without a message.', {
    ...(fault.upstream === undefined ? {} : { upstream: fault.upstream }),
    ...(fault.status === undefined ? {} : { status: fault.status }),
    ...(fault.requestId === undefined ? {} : { requestId: fault.requestId }),
  })
}

function readFault(body: unknown): Fault {
  // Google's OpenAI-compatible endpoint wraps its error in a list.
  const outer = asObject(Array.isArray(body) ? body[0] : body)
  if (outer === undefined) return { words: [], ...(asText(body) ? { message: clip(String(body)) } : {}) }
  const inner = asObject(outer.error) ?? asObject(outer.detail) ?? asObject(outer.message) ?? outer
  const message =
    asText(inner.message) ??
    asText(outer.error) ??
    asText(outer.message) ??
    asText(outer.detail) ??
    asText(inner.detail) ??
    firstMessage(inner.errors ?? outer.errors ?? outer.detail)
  const code = wordOf(inner.code) ?? wordOf(outer.code)
  const type = wordOf(inner.type) ?? (outer === inner ? undefined : wordOf(outer.type))
  const param = asText(inner.param) ?? asText(outer.param)
  const status =
    statusOf(inner.code) ?? statusOf(inner.status) ?? statusOf(outer.code) ?? statusOf(outer.status)
  const requestId = asText(outer.request_id) ?? asText(inner.request_id)
  const inside = asObject(inner.innererror) ?? asObject(inner.inner_error)
  const words = [code, type, wordOf(inner.status), wordOf(inside?.code), ...reasons(inner)].filter(
    (word) => word !== undefined,
  )
  // A provider with a field of its own for its word has named the failure too.
  const upstream = upstreamOf(code, code || type ? type : words.find((word) => word !== ''), param)
  return {
    words,
    ...(upstream === undefined ? {} : { upstream }),
    ...(message ? { message: clip(message) } : {}),
    ...(status ? { status } : {}),
    ...(requestId ? { requestId } : {}),
  }
}

/** What the provider called it, where it called it anything. */
function upstreamOf(
  code: string | undefined,
  type: string | undefined,
  param: string | undefined,
): UpstreamFault | undefined {
  if (!code && !type && !param) return undefined
  return { ...(code ? { code } : {}), ...(type ? { type } : {}), ...(param ? { param } : {}) }
}

/** Google names the exact cause in `details[].reason` (a wrong key is `API_KEY_INVALID` under a general 400). */
function reasons(inner: JsonObject): (string | undefined)[] {
  return asArray(inner.details).map((detail) => wordOf(asObject(detail)?.reason))
}

/** FastAPI's `detail: [{ msg }]` and Cloudflare's `errors: [{ message }]`. */
function firstMessage(list: unknown): string | undefined {
  for (const entry of asArray(list)) {
    const message = asText(entry) ?? asText(asObject(entry)?.message) ?? asText(asObject(entry)?.msg)
    if (message) return message
  }
  return undefined
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return asText(value)
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : undefined
}

function plainMessage(status: number, body: string): string {
  const text = body.trim()
  if (text === '') return `The provider answered ${status} without a body.`
  if (text.startsWith('<'))
    return `The provider answered ${status} with a page instead of JSON: ${text.slice(0, 200)}`
  return clip(text)
}

function clip(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`
}
