// The adapter of every provider that speaks one of our dialects: sends a request, and reads the answer as it comes.

import type { Clock } from '../core/clock.js'
import type { AdapterSurroundings, ProviderAdapter, ProviderCall, Transport } from '../core/contracts.js'
import type { Delta } from '../core/delta.js'
import { isByokError, ProviderError } from '../core/errors.js'
import { BodyReader, readText } from '../net/body.js'
import { readErrorBody } from '../net/guarded-fetch.js'
import type { Dialect, EncodedRequest } from '../wire/dialect.js'
import { errorOfAnswer } from '../wire/error-body.js'
import { parseJson } from '../wire/json.js'
import { fitHistory, type HistoryTarget } from '../wire/replay.js'
import { SseReader } from '../wire/sse.js'
import { errorOfBrokenBody } from './network-error.js'

/** The most that an answer may hold. */
export interface AnswerLimits {
  /** @default 1 MiB, 8 MiB where images may come */
  readonly maxEventBytes: number
  /** @default 32 MiB */
  readonly maxResponseBytes: number
}

/** What an adapter is made of. */
export interface AdapterParts<Quirks> {
  readonly id: string
  readonly dialect: Dialect<Quirks>
  readonly quirks: Quirks
  readonly transport: Transport
  readonly headers: Readonly<Record<string, string>>
  readonly toolCallIds: HistoryTarget['toolCallIds']
  readonly limits: AnswerLimits
  readonly outputLimitOf: (model: string) => number | undefined
  readonly surroundings: AdapterSurroundings
}

/** An adapter for a provider that speaks this dialect. */
export function dialectAdapter<Quirks>(parts: AdapterParts<Quirks>): ProviderAdapter {
  async function* ask(call: ProviderCall, stream: boolean): AsyncGenerator<readonly Delta[]> {
    const encoded = encode(parts, call, stream)
    const response = await parts.transport.send({
      path: encoded.path,
      body: encoded.body,
      headers: { ...parts.headers, ...encoded.headers, ...call.request.headers },
      signal: call.signal,
      ...(call.key === undefined ? {} : { key: call.key }),
    })
    if (!response.ok) throw await errorOf(response, call, parts.surroundings.clock)
    yield notesOf(encoded)
    yield* answer(response, call, parts)
  }
  return {
    id: parts.id,
    stream: (call) => ask(call, true),
    async complete(call) {
      const deltas: Delta[] = []
      for await (const batch of ask(call, false)) for (const delta of batch) deltas.push(delta)
      return deltas
    },
  }
}

function encode<Quirks>(parts: AdapterParts<Quirks>, call: ProviderCall, stream: boolean): EncodedRequest {
  const { id, dialect, quirks, toolCallIds } = parts
  const { model, request } = call
  const target = { provider: id, model, ...(toolCallIds === undefined ? {} : { toolCallIds }) }
  const history = fitHistory(request.messages, target)
  const outputLimit = parts.outputLimitOf(model)
  const encoded = dialect.encode(
    { ...request, messages: history.messages },
    { provider: id, model, stream, quirks, ...(outputLimit === undefined ? {} : { outputLimit }) },
  )
  const refused = encoded.warnings.find((warning) => warning.code === 'unsupported-option')
  if (request.strict && refused !== undefined) {
    throw new ProviderError('invalid-request', `${refused.message} With \`strict\`, that is an error.`, {
      ...(refused.option === undefined ? {} : { field: refused.option }),
    })
  }
  return { ...encoded, repairs: [...history.repairs, ...encoded.repairs] }
}

function notesOf(encoded: EncodedRequest): Delta[] {
  return [
    ...encoded.warnings.map((warning) => ({ type: 'warning' as const, warning })),
    ...encoded.repairs.map((repair) => ({ type: 'repair' as const, repair })),
  ]
}

async function errorOf(response: Response, call: ProviderCall, clock: Clock): Promise<ProviderError> {
  const body = await readErrorBody(response)
  const { status, headers } = response
  return errorOfAnswer({ status, headers, nowMs: clock.date() }, call.key?.redactFrom(body) ?? body)
}

/** Reads the answer, whichever of the two forms it has: some providers answer with the other than was asked for. */
async function* answer<Quirks>(
  response: Response,
  call: ProviderCall,
  parts: AdapterParts<Quirks>,
): AsyncGenerator<readonly Delta[]> {
  const contentType = response.headers.get('content-type')?.toLowerCase() ?? ''
  if (contentType.includes('text/html')) {
    const page = await readText(response, 4096, 'cut').catch(() => '')
    throw new ProviderError('invalid-response', `The provider answered with a page: ${excerpt(page, call)}`)
  }
  if (contentType.includes('json') && !contentType.includes('ndjson'))
    yield wholeAnswer(await textOf(response, parts), call, parts)
  else yield* streamedAnswer(response, call, parts)
}

async function textOf<Quirks>(response: Response, parts: AdapterParts<Quirks>): Promise<string> {
  try {
    return await readText(response, parts.limits.maxResponseBytes, 'throw')
  } catch (error) {
    throw isByokError(error) ? error : errorOfBrokenBody(error)
  }
}

function wholeAnswer<Quirks>(text: string, call: ProviderCall, parts: AdapterParts<Quirks>): Delta[] {
  const body = parseJson(text)
  if (body === undefined) throw notAnAnswer(text, 'no JSON', call)
  return parts.dialect.decodeWhole(body)
}

function notAnAnswer(text: string, what: string, call: ProviderCall): ProviderError {
  const message = text === '' ? 'The answer is empty.' : `The answer is ${what}: ${excerpt(text, call)}`
  return new ProviderError('invalid-response', message)
}

/** The beginning of what a provider sent. The key is hidden first, since half a key would not be found any more. */
function excerpt(text: string, call: ProviderCall): string {
  return (call.key?.redactFrom(text) ?? text).slice(0, 200)
}

async function* streamedAnswer<Quirks>(
  response: Response,
  call: ProviderCall,
  parts: AdapterParts<Quirks>,
): AsyncGenerator<readonly Delta[]> {
  const body = new BodyReader(response)
  const decoder = parts.dialect.decoder()
  let deltas: Delta[] = []
  let hasEvents = false
  const reader = new SseReader((data, event) => {
    hasEvents = true
    if (!decoder.isFinished) decoder.event(data, event, deltas)
  }, parts.limits)
  let failure: unknown
  let first: Uint8Array | undefined
  try {
    while (!decoder.isFinished) {
      let bytes: Uint8Array | undefined
      try {
        bytes = await body.read()
        if (bytes !== undefined && first === undefined && startsAsJson(bytes)) {
          yield wholeAnswer(await restOf(bytes, body, parts.limits), call, parts)
          return
        }
        first ??= bytes
        if (bytes === undefined) {
          reader.end()
          if (!hasEvents && (first === undefined || !isEventStream(response)))
            throw notAnAnswer(new TextDecoder().decode(first), 'no stream of events', call)
          if (!decoder.isFinished) decoder.end(deltas)
        } else {
          reader.push(bytes)
        }
      } catch (error) {
        failure = isByokError(error) ? error : errorOfBrokenBody(error)
      }
      // What stood before the fault is handed on before it; behind the end of the answer a fault is no more than a note.
      if (failure !== undefined && decoder.hasEnded) {
        deltas.push(brokenAfterFinish(failure))
        failure = undefined
        yield deltas
        return
      }
      yield deltas
      if (failure !== undefined) throw failure
      if (bytes === undefined) return
      deltas = []
    }
    body.finish(parts.surroundings.clock)
  } finally {
    if (!decoder.isFinished) body.cancel()
  }
}

function brokenAfterFinish(failure: unknown): Delta {
  const what = failure instanceof Error ? failure.message : String(failure)
  return {
    type: 'warning',
    warning: { code: 'broken-after-finish', message: `After the answer had ended: ${what}` },
  }
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.toLowerCase().includes('event-stream') ?? false
}

/** A whole JSON answer under a wrong content type. An event stream cannot begin with a brace. */
function startsAsJson(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte === 0x7b || byte === 0x5b) return true
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false
  }
  return false
}

async function restOf(first: Uint8Array, body: BodyReader, limits: AnswerLimits): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (let piece: Uint8Array | undefined = first; piece !== undefined; piece = await body.read()) {
    bytes += piece.byteLength
    if (bytes > limits.maxResponseBytes) {
      throw new ProviderError(
        'event-too-large',
        `The answer is longer than ${limits.maxResponseBytes} bytes.`,
      )
    }
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
