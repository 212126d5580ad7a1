// Understands one streamed answer of the Messages API.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import type { AnswerDecoder } from '../dialect.js'
import { errorInAnswer } from '../error-body.js'
import { asIndex, asObject, asText, type JsonObject, parseJson } from '../json.js'
import {
  addArguments,
  addBlock,
  addBlockEnd,
  addFinish,
  addText,
  addThinking,
  addUnsaidFinish,
  type BlockEnd,
  type BlockKind,
  blockEndOf,
  inputText,
  startOf,
} from './answer.js'
import { DeltaTemplates } from './delta-templates.js'
import { MessagesUsage } from './usage.js'

/** What carries an index, for an error about it. */
const contentBlock = 'a content block'

/**
 * A content block that has begun. Its end is held back: a call's input at its start counts only if no piece of JSON
 * follows, and of several signatures the last is the block's (so do Anthropic's SDKs).
 */
interface OpenBlock {
  readonly kind: BlockKind
  readonly index: number | undefined
  readonly end: BlockEnd
}

/** Understands one streamed answer. Make a new one for each. Source: Anthropic, "Streaming messages". */
export class MessagesDecoder implements AnswerDecoder {
  readonly #templates = new DeltaTemplates()
  #usage = new MessagesUsage()
  /** By index; `-1` stands for a vendor that sends none. */
  readonly #blocks = new Map<number, OpenBlock>()
  #newest: OpenBlock | undefined
  #model: string | undefined
  #hasStarted = false
  #hasContent = false
  #hasEnded = false
  #isFinished = false

  get isFinished(): boolean {
    return this.#isFinished
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  event(data: string, event: string, deltas: Delta[]): void {
    if (this.#isFinished || this.#templates.take(data, deltas)) return
    const sent = parseJson(data)
    const chunk = asObject(sent)
    if (chunk === undefined) {
      this.#takeOddity(data, sent, event, deltas)
      return
    }
    const before = deltas.length
    const type = asText(chunk.type) ?? event
    if (!this.#take(type, chunk, data, deltas) && isFailure(chunk, event)) this.#fail(chunk, deltas)
    const isSilent = deltas.length === before && type !== 'ping' && !this.#isFinished
    if (isSilent) deltas.push({ type: 'progress' })
  }

  end(_deltas: Delta[]): void {
    if (this.#hasEnded) return
    throw new ProviderError('stream-interrupted', 'The stream broke off before the answer had ended.')
  }

  /** False for a type of event that does not exist yet. */
  #take(type: string, chunk: JsonObject, data: string, deltas: Delta[]): boolean {
    switch (type) {
      case 'content_block_delta':
        this.#takeDelta(chunk, data, deltas)
        return true
      case 'content_block_start':
        this.#takeBlock(chunk, deltas)
        return true
      case 'content_block_stop':
        this.#closeBlock(this.#blockAt(chunk.index), deltas)
        return true
      case 'message_start':
        this.#takeStart(asObject(chunk.message) ?? chunk, deltas)
        return true
      case 'message_delta':
        this.#takeMessageDelta(chunk, deltas)
        return true
      case 'message_stop':
        this.#takeStop(deltas)
        return true
      case 'ping':
        return true
      case 'error':
        this.#fail(chunk, deltas)
        return true
      default:
        return false
    }
  }

  /** What is no JSON object. */
  #takeOddity(data: string, sent: unknown, event: string, deltas: Delta[]): void {
    // Gateways put OpenAI's end mark behind Anthropic's. Alone it ends nothing.
    if (data.trim() === '' || data === '[DONE]' || event === 'ping') return
    if (event === 'error') this.#fail(sent ?? data, deltas)
    else if (sent !== undefined) deltas.push({ type: 'progress' })
    else if (this.#hasEnded) this.#warnAfterEnd('An event after the end of the answer was no JSON.', deltas)
    else throw new ProviderError('invalid-response', 'The provider sent an event that is no JSON.')
  }

  #fail(body: unknown, deltas: Delta[]): void {
    const error = errorInAnswer(body)
    if (!this.#hasEnded) throw error
    this.#warnAfterEnd(`The provider reported an error after the end of the answer: ${error.message}`, deltas)
  }

  #warnAfterEnd(message: string, deltas: Delta[]): void {
    deltas.push({ type: 'warning', warning: { code: 'broken-after-finish', message } })
  }

  #takeStart(message: JsonObject, deltas: Delta[]): void {
    if (this.#hasEnded) {
      this.#isFinished = true
      this.#warnAfterEnd('Another message began after the end of the answer; it was left out.', deltas)
      return
    }
    if (this.#hasContent) {
      // A proxy that retries by itself sends both answers as one. Joined they would be neither.
      throw new ProviderError(
        'stream-interrupted',
        'The answer broke off, and another began in the same stream.',
      )
    }
    this.#templates.reset()
    this.#blocks.clear()
    this.#newest = undefined
    this.#usage = new MessagesUsage()
    const start = startOf(message)
    if (!this.#hasStarted || (start.model !== undefined && start.model !== this.#model)) {
      this.#hasStarted = true
      this.#model = start.model
      deltas.push(start)
    }
    this.#addUsage(message.usage, deltas)
  }

  #takeBlock(chunk: JsonObject, deltas: Delta[]): void {
    this.#templates.reset()
    const block = asObject(chunk.content_block)
    if (block === undefined) return
    const before = deltas.length
    const index = asIndex(chunk.index, contentBlock)
    this.#closeBlock(this.#blocks.get(index ?? -1), deltas)
    const kind = addBlock(block, index, deltas)
    const open: OpenBlock = { kind, index, end: blockEndOf(block, kind) }
    this.#blocks.set(index ?? -1, open)
    this.#newest = open
    if (deltas.length > before || kind === 'foreign') this.#hasContent = true
  }

  #takeDelta(chunk: JsonObject, data: string, deltas: Delta[]): void {
    const delta = asObject(chunk.delta)
    if (delta === undefined) return
    const before = deltas.length
    switch (asText(delta.type) ?? guessedType(delta)) {
      case 'text_delta':
        addText(delta.text, deltas)
        this.#learn(data, 'text', undefined, delta.text)
        break
      case 'thinking_delta': {
        const index = asIndex(chunk.index, contentBlock)
        addThinking(delta.thinking, index, deltas)
        this.#learn(data, 'thinking', index, delta.thinking)
        break
      }
      case 'signature_delta':
        this.#takeSignature(chunk, asText(delta.signature) ?? '', deltas)
        break
      case 'input_json_delta':
        this.#takeInput(chunk, delta.partial_json, data, deltas)
        break
      // Citations and summaries of compaction have no place in a chat completion.
    }
    if (deltas.length > before) this.#hasContent = true
  }

  #takeSignature(chunk: JsonObject, signature: string, deltas: Delta[]): void {
    const block = this.#blockAt(chunk.index)
    if (block === undefined) addBlockEnd({ input: '', signature }, asIndex(chunk.index, contentBlock), deltas)
    else if (signature !== '') block.end.signature = signature
    if (signature !== '') this.#hasContent = true
  }

  #takeInput(chunk: JsonObject, sent: unknown, data: string, deltas: Delta[]): void {
    const block = this.#blockAt(chunk.index)
    if (block !== undefined && block.kind !== 'call') return
    const text = inputText(sent)
    if (text === '') return
    if (block !== undefined) block.end.input = ''
    const index = block === undefined ? asIndex(chunk.index, contentBlock) : block.index
    addArguments(text, index, deltas)
    this.#learn(data, 'arguments', index, sent)
  }

  #learn(
    data: string,
    kind: 'text' | 'thinking' | 'arguments',
    index: number | undefined,
    text: unknown,
  ): void {
    if (typeof text === 'string' && text !== '') this.#templates.learn(data, kind, index, text)
  }

  #takeMessageDelta(chunk: JsonObject, deltas: Delta[]): void {
    const delta = asObject(chunk.delta)
    this.#addUsage(chunk.usage ?? delta?.usage, deltas)
    const raw = asText(delta?.stop_reason) ?? asText(chunk.stop_reason)
    if (raw === undefined) return
    this.#closeBlocks(deltas)
    addFinish(raw, delta?.stop_details ?? chunk.stop_details, deltas)
    this.#hasEnded = true
  }

  #takeStop(deltas: Delta[]): void {
    this.#closeBlocks(deltas)
    if (!this.#hasEnded) addUnsaidFinish(deltas)
    this.#hasEnded = true
    this.#isFinished = true
  }

  /** The block with this index; the newest where the event names none. */
  #blockAt(index: unknown): OpenBlock | undefined {
    const at = asIndex(index, contentBlock)
    return at === undefined ? this.#newest : this.#blocks.get(at)
  }

  #closeBlocks(deltas: Delta[]): void {
    for (const block of this.#blocks.values()) this.#closeBlock(block, deltas)
  }

  #closeBlock(block: OpenBlock | undefined, deltas: Delta[]): void {
    if (block === undefined) return
    addBlockEnd(block.end, block.index, deltas)
    block.end.input = ''
    block.end.signature = ''
  }

  #addUsage(sent: unknown, deltas: Delta[]): void {
    const usage = this.#usage.take(sent)
    if (usage !== undefined) deltas.push(usage)
  }
}

/** A gateway's own error, in whatever shape. */
function isFailure(chunk: JsonObject, event: string): boolean {
  return event === 'error' || (chunk.error !== undefined && chunk.error !== null)
}

/** Some vendors leave the type of a delta out; its one field says the same. */
function guessedType(delta: JsonObject): string | undefined {
  if (typeof delta.text === 'string') return 'text_delta'
  if (typeof delta.thinking === 'string') return 'thinking_delta'
  if (delta.partial_json !== undefined) return 'input_json_delta'
  return undefined
}
