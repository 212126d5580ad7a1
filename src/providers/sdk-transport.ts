// Carries requests by the official SDKs: they authenticate and send, and we get the bare response.

import type { AdapterSurroundings, Transport, TransportRequest } from '../core/contracts.js'
import { ProviderError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { fetchBy } from '../net/connect-agents.js'
import { guardedFetch } from '../net/guarded-fetch.js'
import { errorOfConnection } from './network-error.js'

/** Longer than any limit of ours, which apply instead. (The SDKs' own limit does not cover a stalled body.) */
const sdkTimeoutMs = 2 ** 31 - 1

/** The part of either SDK's client that is used, and where it may say what it authenticates with. */
export interface SdkClient {
  readonly apiKey?: unknown
  readonly adminAPIKey?: unknown
  readonly authToken?: unknown
  post(path: string, options: SdkRequestOptions): { asResponse(): Promise<Response> }
}

interface SdkRequestOptions {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string | null>>
  readonly signal?: AbortSignal
  readonly maxRetries: 0
  readonly timeout: number
  readonly fetchOptions: object
}

/** Which SDK carries a dialect. */
export type SdkName = 'openai' | 'anthropic'

/** What came of one request before the SDK made something else of it. Travels with the request, so none meets another. */
interface Exchange {
  /** Header names that may go out besides the SDK's own. */
  readonly headers: Readonly<Record<string, string>>
  readonly hasKey: boolean
  readonly connectMs: number
  readonly signal: AbortSignal
  failure?: unknown
  errorAnswer?: Response
}

const exchangeKey = Symbol('exchange')

/** Headers that the SDKs set themselves. Anything else must come from us. */
const sdkHeaders =
  /^(accept|content-type|content-length|user-agent|authorization|x-api-key|anthropic-version|anthropic-beta|idempotency-key|x-stainless-.+)$/

/**
 * A transport over the SDK, loaded on the first request. One client serves every key: it holds none, the key stands in
 * the headers of its own request, so there is no cache of clients that could mix two tenants up.
 *
 * The signal goes to `fetch` past the SDK: `@anthropic-ai/sdk` keeps what it hangs on a signal until the answer's body is
 * collected. Where the stack of an abort leads to the body, that is never, and the whole call stays.
 */
export function sdkTransport(sdk: SdkName, baseURL: string, surroundings: AdapterSurroundings): Transport {
  const fetch = exchangeFetch(guardedFetch(surroundings.fetch), surroundings.agentFor)
  let client: Promise<SdkClient> | undefined
  return {
    async send(request) {
      client ??= loadClient(sdk, baseURL, fetch)
      const loaded = await client.catch((cause: unknown) => {
        client = undefined // the next request tries again
        throw new ProviderError('internal', `The SDK "${sdk}" could not be loaded.`, { cause })
      })
      const { headers, key, connectMs, signal } = request
      const exchange: Exchange = { headers, hasKey: key !== undefined, connectMs, signal }
      try {
        return await post(loaded, request, authorization(key), { fetchOptions: { [exchangeKey]: exchange } })
      } catch (error) {
        if (exchange.errorAnswer !== undefined) return exchange.errorAnswer
        throw errorOfConnection(exchange.failure ?? error)
      }
    },
  }
}

/**
 * A transport over a client that the app has configured itself (Azure's, say). It keeps its address, and writes its own
 * key, `ownKey`, itself; any other key takes the place of all that the client would authenticate with.
 */
export function clientTransport(client: SdkClient, ownKey: Secret | undefined): Transport {
  return {
    async send(request) {
      const { key, signal } = request
      const headers =
        key === undefined || key === ownKey
          ? {}
          : { 'api-key': null, 'x-api-key': null, ...authorization(key) }
      try {
        return await post(client, request, headers, { signal, fetchOptions: { redirect: 'error' } })
      } catch (error) {
        const answer = answerOf(error)
        if (answer !== undefined) return answer
        throw errorOfConnection(error)
      }
    },
  }
}

function authorization(key: Secret | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }
}

function post(
  client: SdkClient,
  request: TransportRequest,
  headers: Readonly<Record<string, string | null>>,
  options: Pick<SdkRequestOptions, 'signal' | 'fetchOptions'>,
): Promise<Response> {
  return client
    .post(request.path, {
      body: request.body,
      headers: { ...request.headers, ...headers },
      maxRetries: 0,
      timeout: sdkTimeoutMs,
      ...options,
    })
    .asResponse()
}

async function loadClient(sdk: SdkName, baseURL: string, fetch: typeof globalThis.fetch): Promise<SdkClient> {
  // Everything that the SDKs would otherwise read from the environment is said here. The key is a stand-in.
  const common = {
    baseURL,
    apiKey: 'byok',
    fetch,
    maxRetries: 0,
    logLevel: 'off' as const,
    dangerouslyAllowBrowser: true,
  }
  if (sdk === 'anthropic') {
    const { Anthropic } = await import('@anthropic-ai/sdk')
    return without(
      'ANTHROPIC_CUSTOM_HEADERS',
      () => new Anthropic({ ...common, authToken: null, webhookKey: null }),
    )
  }
  const { OpenAI } = await import('openai')
  return without(
    'OPENAI_CUSTOM_HEADERS',
    () =>
      new OpenAI({ ...common, adminAPIKey: null, organization: null, project: null, webhookSecret: null }),
  )
}

/**
 * Builds a client while its SDK's variable for extra headers is out of sight. Unlike the others it has no option that
 * takes its place: it replaces headers that only the SDK knows the value of (`anthropic-version`), so they cannot be put
 * right behind it, and one malformed line makes the constructor of `openai` throw. Nothing else runs in the meantime.
 */
function without(variable: string, build: () => SdkClient): SdkClient {
  const runtime: { readonly process?: { readonly env?: Record<string, string | undefined> } } = globalThis
  const environment = runtime.process?.env
  const value = environment?.[variable]
  if (environment === undefined || value === undefined) return build()
  delete environment[variable]
  try {
    return build()
  } finally {
    environment[variable] = value
  }
}

/** Keeps what really happened, since the SDKs turn it into errors of their own that hold less, or more than they should. */
function exchangeFetch(
  fetch: typeof globalThis.fetch,
  agentFor: AdapterSurroundings['agentFor'],
): typeof globalThis.fetch {
  return async (input, init) => {
    const exchange = exchangeOf(init)
    const headers = init?.headers instanceof Headers ? init.headers : new Headers(init?.headers)
    for (const name of [...headers.keys()]) {
      if (!sdkHeaders.test(name) && !hasHeader(exchange.headers, name)) headers.delete(name)
    }
    if (!exchange.hasKey && !hasHeader(exchange.headers, 'authorization')) headers.delete('authorization')
    const { signal } = exchange
    let response: Response
    try {
      signal.throwIfAborted() // not every fetch looks before it sends
      response = await fetchBy(agentFor?.(exchange.connectMs), fetch, input, { ...init, headers, signal })
    } catch (failure) {
      exchange.failure = failure
      throw failure
    }
    if (response.ok) return response
    exchange.errorAnswer = response
    return new Response(null, { status: response.status >= 400 ? response.status : 502 })
  }
}

function exchangeOf(init: RequestInit | undefined): Exchange {
  const exchange: unknown = init === undefined ? undefined : Reflect.get(init, exchangeKey)
  if (typeof exchange === 'object' && exchange !== null && 'headers' in exchange) return exchange as Exchange // put there by `send`
  throw new ProviderError('internal', 'The SDK did not pass the options of its fetch on.')
}

function hasHeader(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((known) => known.toLowerCase() === name)
}

/** The answer that an SDK's status error was made from, as far as it keeps it. */
function answerOf(error: unknown): Response | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number')
    return undefined
  const inner: unknown = 'error' in error ? error.error : undefined
  const message = error instanceof Error ? error.message : ''
  const body = JSON.stringify(inner === undefined ? { message } : isWrapped(inner) ? inner : { error: inner })
  const headers = 'headers' in error && error.headers instanceof Headers ? error.headers : new Headers()
  return new Response(body, {
    status: error.status,
    headers: { 'content-type': 'application/json', ...tellingHeaders(headers) },
  })
}

function isWrapped(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body
}

/** Headers of an error that say something about it, or about what may be asked next. */
const telling =
  /^(retry-after|retry-after-ms|x-should-retry|x-request-id|request-id|(x|anthropic)-ratelimit-.+)$/

function tellingHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of headers) if (telling.test(name)) kept[name] = value
  return kept
}
