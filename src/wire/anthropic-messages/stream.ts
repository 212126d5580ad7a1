// Understands one streamed answer of the Messages API.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import type { AnswerDecoder } from '../dialect.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, asText, type JsonObject, parseJson } from '../json.js'
import {
  addArguments,
  addBlock,
  addFinish,
  addSignature,
  addText,
  addThinking,
  addUnsaidFinish,
  type BlockKind,
  blockIndex,
  inputText,
  startOf,
} from './answer.js'
import { DeltaTemplates } from './delta-templates.js'
import { MessagesUsage } from './usage.js'

/** A content block that has begun. */
interface OpenBlock {
  readonly kind: BlockKind
  readonly index: number | undefined
  /** A call's input as the block's start had it. It counts only if no piece of JSON follows. */
  input: string
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
    this.#take(type, chunk, data, deltas)
    const isSilent = deltas.length === before && type !== 'ping' && !this.#isFinished
    if (isSilent) deltas.push({ type: 'progress' })
  }

  end(_deltas: Delta[]): void {
    if (this.#hasEnded) return
    throw new ProviderError('stream-interrupted', 'The stream broke off before the answer had ended.')
  }

  #take(type: string, chunk: JsonObject, data: string, deltas: Delta[]): void {
    switch (type) {
      case 'content_block_delta':
        this.#takeDelta(chunk, data, deltas)
        return
      case 'content_block_start':
        this.#takeBlock(chunk, deltas)
        return
      case 'content_block_stop':
        this.#closeBlock(this.#blockAt(chunk.index), deltas)
        return
      case 'message_start':
        this.#takeStart(asObject(chunk.message) ?? chunk, deltas)
        return
      case 'message_delta':
        this.#takeMessageDelta(chunk, deltas)
        return
      case 'message_stop':
        this.#takeStop(deltas)
        return
      case 'ping':
        return
      case 'error':
        this.#fail(chunk, deltas)
        return
      default:
        // A gateway's own error, in whatever shape; any other event is one that does not exist yet.
        if (chunk.error !== undefined && chunk.error !== null) this.#fail(chunk, deltas)
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
    this.#usage = new MessagesUsage()
    const start = startOf(message)
    if (!this.#hasStarted || (start.model !== undefined && start.model !== this.#model)) {
      this.#hasStarted = true
      this.#model = start.model
      deltas.push({ type: 'start', ...start })
    }
    this.#addUsage(message.usage, deltas)
  }

  #takeBlock(chunk: JsonObject, deltas: Delta[]): void {
    this.#templates.reset()
    const block = asObject(chunk.content_block)
    if (block === undefined) return
    const before = deltas.length
    const index = blockIndex(chunk.index)
    this.#closeBlock(this.#blocks.get(index ?? -1), deltas)
    const kind = addBlock(block, index, deltas)
    const open: OpenBlock = { kind, index, input: kind === 'call' ? inputText(block.input) : '' }
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
        const index = blockIndex(chunk.index)
        addThinking(delta.thinking, index, deltas)
        this.#learn(data, 'thinking', index, delta.thinking)
        break
      }
      case 'signature_delta':
        addSignature(delta.signature, blockIndex(chunk.index), deltas)
        break
      case 'input_json_delta':
        this.#takeInput(chunk, delta.partial_json, data, deltas)
        break
      // Citations and summaries of compaction have no place in a chat completion.
    }
    if (deltas.length > before) this.#hasContent = true
  }

  #takeInput(chunk: JsonObject, sent: unknown, data: string, deltas: Delta[]): void {
    const block = this.#blockAt(chunk.index)
    if (block !== undefined && block.kind !== 'call') return
    const text = inputText(sent)
    if (text === '') return
    if (block !== undefined) block.input = ''
    const index = block === undefined ? blockIndex(chunk.index) : block.index
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
    const at = blockIndex(index)
    return at === undefined ? this.#newest : this.#blocks.get(at)
  }

  #closeBlocks(deltas: Delta[]): void {
    for (const block of this.#blocks.values()) this.#closeBlock(block, deltas)
  }

  #closeBlock(block: OpenBlock | undefined, deltas: Delta[]): void {
    if (block === undefined || block.input === '') return
    addArguments(block.input, block.index, deltas)
    block.input = ''
  }

  #addUsage(sent: unknown, deltas: Delta[]): void {
    const usage = this.#usage.take(sent)
    if (usage !== undefined) deltas.push(usage)
  }
}

/** Some vendors leave the type of a delta out; its one field says the same. */
function guessedType(delta: JsonObject): string | undefined {
  if (typeof delta.text === 'string') return 'text_delta'
  if (typeof delta.thinking === 'string') return 'thinking_delta'
  if (delta.partial_json !== undefined) return 'input_json_delta'
  return undefined
}
