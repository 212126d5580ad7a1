// Asks a provider whether a key works.

import { ByokError, isByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { visibleName } from '../core/visible-text.js'
import type { RegisteredProvider } from '../providers/registry.js'
import { withoutKey } from '../providers/without-key.js'
import { carrierOf } from './candidate.js'
import { abortedBy } from './context.js'
import type { Interruption } from './interruption.js'
import type { Parts } from './parts.js'

/** Which key is meant. */
export interface PreparedKeyQuestion {
  readonly provider: string
  readonly model: string | undefined
  readonly key: Secret | undefined
  readonly tenant: string | undefined
  readonly signal: AbortSignal | undefined
}

/** What a provider says of a key. */
export interface KeyVerdict {
  /** `no-quota`: the key is right, and nothing can be bought with it now. `unreachable`: nobody could say. */
  readonly status: 'valid' | 'invalid' | 'no-quota' | 'unreachable'
  /** Why it is not `valid`; or, where it is, what the provider refused besides. */
  readonly error?: ByokError
}

/** Enough for every vendor: some refuse a smaller limit. */
const fewTokens = 16

/** Nobody waits longer to hear about a key. */
const patienceMs = 30_000

/**
 * One small request, without streaming where that is possible. The limit holds for the search for the key too. Whoever
 * interrupts `waits` ends it, and is what it throws.
 */
export async function checkKey(
  question: PreparedKeyQuestion,
  parts: Parts,
  waits: Interruption,
  connectMs: number,
): Promise<KeyVerdict> {
  const { provider, signal } = question
  const entry = parts.providers.get(provider)
  const model = question.model ?? entry?.defaultModel
  if (entry === undefined || !model) throw needsModel(provider)
  const abort = new AbortController()
  const leave = (): void => waits.interrupt(abortedBy(signal?.reason))
  if (signal?.aborted) leave()
  signal?.addEventListener('abort', leave, { once: true })
  const late = new ByokError('timeout', `There was no answer within ${patienceMs} ms.`, { phase: 'total' })
  const cancelTimer = parts.clock.timer(patienceMs, () => waits.interrupt(late))
  let secret = question.key
  let isAsked = false
  try {
    if (waits.error !== undefined) throw waits.error
    secret ??= await waits.guard(keyOfRequests(question, entry, parts))
    isAsked = true
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], maxTokens: fewTokens }
    const call = {
      model,
      request,
      connectMs,
      signal: abort.signal,
      ...(secret === undefined ? {} : { key: secret }),
    }
    await waits.guard<unknown>(entry.adapter.complete?.(call) ?? firstOf(entry.adapter.stream(call)))
    return { status: 'valid' }
  } catch (thrown) {
    if (waits.error !== undefined && waits.error !== late) throw waits.error
    if (!isAsked && thrown !== late) throw thrown
    return verdictOn(asError(thrown, provider, secret))
  } finally {
    cancelTimer()
    signal?.removeEventListener('abort', leave)
    abort.abort()
  }
}

/** The key that a request of this tenant would be paid with; the first, where there are several. */
async function keyOfRequests(
  { provider, tenant }: PreparedKeyQuestion,
  entry: RegisteredProvider,
  parts: Parts,
): Promise<Secret | undefined> {
  const context = { provider, ...(tenant === undefined ? {} : { tenant }) }
  const credential = await parts.keys.resolve(context, new Map(), carrierOf(entry))
  if (credential === undefined && (entry.needsKey || entry.isAppsOwn))
    throw new ByokError('no-key', `There is no key for "${provider}".`, { provider })
  return credential?.keys[0]?.secret
}

async function firstOf(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) return
}

function asError(thrown: unknown, provider: string, key: Secret | undefined): ByokError {
  const error = isByokError(thrown)
    ? thrown
    : new ByokError('provider', `The adapter of "${provider}" failed.`, { cause: thrown })
  return withoutKey(error.with({ provider }), key)
}

/** Whoever answers "too many requests", or refuses something else, has taken the key for right. */
function verdictOn(error: ByokError): KeyVerdict {
  switch (error.code) {
    case 'authentication':
    case 'permission':
      return { status: 'invalid', error }
    case 'quota-exceeded':
      return { status: 'no-quota', error }
    case 'rate-limited':
    case 'invalid-request':
    case 'model-not-found':
    case 'context-length':
    case 'content-filter':
      return { status: 'valid', error }
    default:
      return { status: 'unreachable', error }
  }
}

function needsModel(provider: string): ByokError {
  const message = `"${visibleName(provider, 100)}" is no provider with a default model: name a model of a known provider.`
  return new ByokError('invalid-request', message, { field: 'provider' })
}
