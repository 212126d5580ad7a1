// Understands a streamed chat completion, chunk by chunk, whichever vendor sends it.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import type { AnswerDecoder } from '../dialect.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, type JsonObject, parseJson } from '../json.js'
import { FastPath } from './fast-path.js'
import { faultIn } from './fault.js'
import { finishWordOf, pushFinish, pushMissingFinish } from './finish.js'
import { pushLogprobs } from './logprobs.js'
import { pushMessage } from './message.js'
import { ReasoningBlocks } from './reasoning-details.js'
import { readUsage } from './usage.js'
import { decodeWhole, isFirstChoice, startOf } from './whole.js'

const endMark = '[DONE]'

/** How a decoder works inside. */
export interface ChatDecoderOptions {
  /** Reads repeated chunks without parsing them. Off, every chunk is parsed; the deltas are the same. */
  readonly fastPath: boolean
}

/** Decodes one streamed answer. */
export class ChatDecoder implements AnswerDecoder {
  isFinished = false
  hasEnded = false
  readonly #fastPath: FastPath | undefined
  readonly #blocks = new ReasoningBlocks()
  #hasStarted = false
  #id: unknown
  #model: unknown
  #servedBy: unknown
  #hasOutput = false
  #hasUsage = false
  #finishWord: string | undefined

  constructor(options: ChatDecoderOptions = { fastPath: true }) {
    this.#fastPath = options.fastPath ? new FastPath() : undefined
  }

  event(data: string, event: string, deltas: Delta[]): void {
    if (this.isFinished || event === 'ping') return
    if (event === 'error') {
      this.#fail(parseJson(data) ?? data, deltas)
      return
    }
    if (this.#fastPath?.take(data, deltas)) return
    if (data === endMark || data.trim() === endMark) {
      this.#finish(deltas)
      return
    }
    const chunk = this.#parse(data, deltas)
    if (chunk === undefined) return
    const before = deltas.length
    this.#read(chunk, deltas)
    if (deltas.length === before) deltas.push({ type: 'progress' })
    this.#fastPath?.learn(data, chunk, deltas.length === before + 1 ? deltas[before] : undefined)
  }

  end(): void {
    if (this.hasEnded) return
    throw new ProviderError(
      'stream-interrupted',
      'The stream ended before the answer did: there was neither a finish reason nor an end mark.',
    )
  }

  #finish(deltas: Delta[]): void {
    this.isFinished = true
    if (!this.hasEnded) pushMissingFinish(deltas)
    this.hasEnded = true
  }

  /** The chunk as an object; `undefined` where there is nothing to read, with its delta already added. */
  #parse(data: string, deltas: Delta[]): JsonObject | undefined {
    let parsed: unknown
    try {
      parsed = JSON.parse(data)
    } catch {
      this.#break('The provider sent an event that is no JSON.', deltas)
      return undefined
    }
    const chunk = asObject(parsed)
    if (chunk !== undefined) return chunk
    if (parsed === endMark) this.#finish(deltas)
    else if (Array.isArray(parsed) && asObject(parsed[0])?.error) this.#fail(parsed, deltas)
    else deltas.push({ type: 'progress' })
    return undefined
  }

  #read(chunk: JsonObject, deltas: Delta[]): void {
    this.#start(chunk, deltas)
    const fault = faultIn(chunk)
    if (fault !== undefined) this.#fail(fault, deltas)
    const { choices } = chunk
    let usage: unknown
    if (Array.isArray(choices)) {
      for (let position = 0; position < choices.length; position += 1) {
        const choice = asObject(choices[position])
        if (choice === undefined || !isFirstChoice(choice, position)) continue
        if (this.#readChoice(choice, chunk, deltas)) return
        usage ??= choice.usage
      }
    }
    this.#readUsage(chunk, usage, deltas)
  }

  /** Returns true where the chunk was a whole answer, and is read to its end. */
  #readChoice(choice: JsonObject, chunk: JsonObject, deltas: Delta[]): boolean {
    const delta = asObject(choice.delta)
    const word = finishWordOf(choice)
    if (delta !== undefined) {
      const before = deltas.length
      pushMessage(delta, false, this.#blocks, deltas)
      if (deltas.length > before) this.#hasOutput = true
      pushLogprobs(choice, deltas)
    } else if (asObject(choice.message) !== undefined && !this.#hasOutput) {
      if (chunk.object === 'chat.completion' || word !== undefined) {
        this.#readWhole(chunk, deltas)
        return true
      }
    }
    if (word !== undefined) this.#readFinish(word, choice, chunk, deltas)
    return false
  }

  /** A server that cannot stream may send the whole answer as its only event. */
  #readWhole(chunk: JsonObject, deltas: Delta[]): void {
    for (const delta of decodeWhole(chunk)) if (delta.type !== 'start') deltas.push(delta)
    this.#hasOutput = true
    this.#hasUsage = true
    this.hasEnded = true
  }

  #readFinish(word: string, choice: JsonObject, chunk: JsonObject, deltas: Delta[]): void {
    if (word === this.#finishWord) return
    this.#finishWord = word
    try {
      pushFinish(word, choice, chunk, deltas)
    } catch (error) {
      if (!this.hasEnded) throw error
      this.#warnAfterEnd('The provider reported an error after the end of the answer.', deltas)
    }
    this.hasEnded = true
  }

  #start(chunk: JsonObject, deltas: Delta[]): void {
    const { id, model, provider } = chunk
    const isKnown =
      this.#hasStarted &&
      (this.#id || !id) &&
      (model === this.#model || !model) &&
      (provider === this.#servedBy || !provider)
    if (isKnown) return
    // Some vendors send another id with every chunk: the first is the answer's.
    const start = startOf(this.#id ? { model, provider } : chunk)
    if (start === undefined) return
    this.#hasStarted = true
    this.#id ||= id
    if (model) this.#model = model
    if (provider) this.#servedBy = provider
    deltas.push(start)
  }

  /** Groq repeats the usage in a field of its own, which counts only where there is no other. */
  #readUsage(chunk: JsonObject, ofChoice: unknown, deltas: Delta[]): void {
    const usage = readUsage(chunk.usage, chunk) ?? readUsage(ofChoice, chunk)
    if (usage !== undefined) {
      this.#hasUsage = true
      deltas.push(usage)
      return
    }
    if (this.#hasUsage) return
    const groq = readUsage(asObject(chunk.x_groq)?.usage, chunk)
    if (groq !== undefined) deltas.push(groq)
  }

  /** An error inside the stream. Behind the end of the answer it is only worth a warning. */
  #fail(body: unknown, deltas: Delta[]): void {
    const error = errorInAnswer(body)
    if (!this.hasEnded) throw error
    this.#warnAfterEnd(`The provider reported an error after the end of the answer: ${error.message}`, deltas)
  }

  #break(message: string, deltas: Delta[]): void {
    if (!this.hasEnded) throw new ProviderError('invalid-response', message)
    this.#warnAfterEnd(`${message} It came after the end of the answer.`, deltas)
  }

  #warnAfterEnd(message: string, deltas: Delta[]): void {
    deltas.push({ type: 'warning', warning: { code: 'broken-after-finish', message } })
  }
}
