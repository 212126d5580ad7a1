// Understands a streamed response: semantic events that name the item they are about, and a final object that is right.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import type { AnswerDecoder } from '../dialect.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, asText, type JsonObject, parseJson } from '../json.js'
import { startDelta } from '../start.js'
import { DeltaTemplate } from './delta-template.js'
import { endOf } from './end.js'
import type { OutputItem, ReasoningPlace } from './item.js'
import { Output } from './output.js'
import { usageDeltaOf } from './usage.js'

/** What a piece of text in a delta event is. */
type PieceKind = 'text' | 'refusal' | 'arguments' | ReasoningPlace

/** The events that carry a piece. Two are names of earlier versions of the API, which some servers kept. */
const pieceEvents: ReadonlyMap<unknown, PieceKind> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.function_call_arguments.delta', 'arguments'],
  ['response.custom_tool_call_input.delta', 'arguments'],
  ['response.reasoning_text.delta', 'reasoning_text'],
  ['response.reasoning.delta', 'reasoning_text'],
  ['response.reasoning_summary_text.delta', 'summary_text'],
  ['response.reasoning_summary.delta', 'summary_text'],
])

/** Understands one streamed response. */
export class ResponsesDecoder implements AnswerDecoder {
  readonly #output = new Output()
  readonly #template = new DeltaTemplate()
  /** What the template's text is, and the item that it belongs to. */
  #pieceKind: PieceKind = 'text'
  #pieceItem: OutputItem | undefined
  #id: string | undefined
  #model: string | undefined
  #isFinished = false

  get isFinished(): boolean {
    return this.#isFinished
  }

  /** Only a terminal event is an end, and nothing of the answer follows it. */
  get hasEnded(): boolean {
    return this.#isFinished
  }

  event(data: string, event: string, deltas: Delta[]): void {
    const piece = this.#template.match(data, event)
    if (piece) {
      this.#add(piece, deltas)
      return
    }
    // The mark ends the body, not the answer: only a terminal event says how that went.
    if (data === '[DONE]') return
    const body = parseJson(data)
    if (this.#isFinished) {
      this.#noteLate(data, event, body, deltas)
      return
    }
    const fields = asObject(body)
    if (event === 'error' && fields === undefined) throw errorInAnswer(body ?? data)
    if (body === undefined) throw new ProviderError('invalid-response', 'An event of the stream is no JSON.')
    const before = deltas.length
    if (fields !== undefined && this.#isKeepAlive(fields, event)) return
    if (fields !== undefined) this.#take(fields, data, event, deltas)
    if (deltas.length === before) deltas.push({ type: 'progress' })
  }

  end(): void {
    if (this.#isFinished) return
    throw new ProviderError('stream-interrupted', 'The stream ended before the response was complete.')
  }

  #isKeepAlive(fields: JsonObject, event: string): boolean {
    const type = fields.type ?? event
    return type === 'keepalive' || type === 'ping'
  }

  #take(fields: JsonObject, data: string, event: string, deltas: Delta[]): void {
    this.#template.forget()
    const type = asText(fields.type) ?? event
    const pieceKind = pieceEvents.get(type)
    if (pieceKind !== undefined) {
      this.#takePiece(pieceKind, fields, data, event, deltas)
      return
    }
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.#start(asObject(fields.response), deltas)
        return
      case 'response.output_item.added':
        this.#output.begin(asObject(fields.item) ?? {}, fields.output_index, deltas)
        return
      case 'response.output_item.done':
        this.#output.finish(asObject(fields.item) ?? {}, fields.output_index, deltas)
        return
      case 'response.output_text.done':
        this.#takeWhole('text', fields.text, fields, deltas)
        return
      case 'response.refusal.done':
        this.#takeWhole('refusal', fields.refusal, fields, deltas)
        return
      case 'response.reasoning_text.done':
        this.#takeWhole('reasoning_text', fields.text, fields, deltas)
        return
      case 'response.reasoning_summary_text.done':
        this.#takeWhole('summary_text', fields.text, fields, deltas)
        return
      case 'response.function_call_arguments.done':
        this.#takeArguments(fields.arguments, fields, deltas)
        return
      case 'response.custom_tool_call_input.done':
        this.#takeArguments(fields.input, fields, deltas)
        return
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.#finish(type.slice('response.'.length), asObject(fields.response) ?? {}, deltas)
        return
      case 'error':
      case 'response.error':
        throw errorInAnswer(fields)
      default:
        // A server that fails behind the headers may send its error body as it is, without any type.
        if (event === 'error' || (fields.type === undefined && fields.error)) throw errorInAnswer(fields)
    }
  }

  #takePiece(kind: PieceKind, fields: JsonObject, data: string, event: string, deltas: Delta[]): void {
    const text = asText(fields.delta) ?? asText(asObject(fields.delta)?.text)
    if (text === undefined) return
    const item = this.#itemOf(kind, fields)
    if (kind === 'arguments' && item.kind !== 'function' && item.kind !== 'custom') return
    this.#pieceKind = kind
    this.#pieceItem = item
    const before = deltas.length
    this.#add(text, deltas)
    if (fields.type !== undefined && deltas.length > before) this.#template.learn(data, event, text)
  }

  #add(text: string, deltas: Delta[]): void {
    const item = this.#pieceItem
    switch (this.#pieceKind) {
      case 'text':
        item?.addText(text, deltas)
        return
      case 'refusal':
        item?.addRefusal(text, deltas)
        return
      case 'arguments':
        item?.addArguments(text, deltas)
        return
      case 'reasoning_text':
      case 'summary_text':
        item?.addReasoning(text, this.#pieceKind, deltas)
        return
      default:
        this.#pieceKind satisfies never
    }
  }

  #itemOf(kind: PieceKind, fields: JsonObject): OutputItem {
    switch (kind) {
      case 'text':
      case 'refusal':
        return this.#output.itemOf(fields, 'message')
      case 'arguments':
        return this.#output.itemOf(
          fields,
          fields.type === 'response.custom_tool_call_input.delta' ? 'custom' : 'function',
        )
      default:
        return this.#output.itemOf(fields, 'reasoning')
    }
  }

  #takeWhole(
    kind: Exclude<PieceKind, 'arguments'>,
    value: unknown,
    fields: JsonObject,
    deltas: Delta[],
  ): void {
    const text = asText(value)
    if (text !== undefined) this.#itemOf(kind, fields).addWhole(kind, text, deltas)
  }

  #takeArguments(value: unknown, fields: JsonObject, deltas: Delta[]): void {
    const item = this.#itemOf('arguments', fields)
    if (item.kind === 'function' || item.kind === 'custom') item.completeArguments(value, deltas)
  }

  /** Some gateways send another id with every event: the first stands, until the final object names its own. */
  #start(response: JsonObject | undefined, deltas: Delta[], isFinal = false): void {
    const sentId = asText(response?.id)
    const isNew = sentId !== this.#id && (isFinal || this.#id === undefined)
    const id = isNew ? sentId : undefined
    const sentModel = asText(response?.model)
    const model = sentModel === this.#model ? undefined : sentModel
    if (id === undefined && model === undefined) return
    this.#id = id ?? this.#id
    this.#model = model ?? this.#model
    deltas.push(startDelta(id, model))
  }

  #finish(word: string, response: JsonObject, deltas: Delta[]): void {
    this.#start(response, deltas, true)
    const usage = usageDeltaOf(response.usage)
    // A failed response is paid for too, so its usage goes out before the error.
    if (usage !== undefined) deltas.push(usage)
    const end = endOf(word, response)
    this.#output.settle(response.output, deltas)
    deltas.push(...end)
    this.#isFinished = true
  }

  /** Behind the end, only what shows that something went wrong is worth a word. */
  #noteLate(data: string, event: string, body: unknown, deltas: Delta[]): void {
    const isError = event === 'error' || asObject(body)?.type === 'error'
    if (body !== undefined && !isError) return
    const what = isError ? errorInAnswer(body ?? data).message : 'an event that is no JSON.'
    deltas.push({
      type: 'warning',
      warning: {
        code: 'broken-after-finish',
        message: `After the answer had ended, the stream held an error: ${what}`,
      },
    })
  }
}
