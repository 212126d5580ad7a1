// The fold of deltas into an answer: text, reasoning, tool calls, usage, and how it ended.

import type {
  ConfidenceDelta,
  Delta,
  FinishDelta,
  ReasoningDelta,
  StartDelta,
  TextDelta,
  UsageDelta,
} from '../core/delta.js'
import type { FinishReason } from '../core/finish-reason.js'
import type { ReasoningBlock, ToolCall } from '../core/message.js'
import type { PartialAnswer } from '../core/response.js'
import type { StreamEvent } from '../core/stream-event.js'
import { estimateTokens } from '../core/token-estimate.js'
import { completionTokens, promptTokens, type Usage } from '../core/usage.js'
import type { Warning } from '../core/warning.js'
import { PiecedText } from './pieced-text.js'
import { ToolCallAssembler } from './tool-calls.js'

/** An answer, folded; what is not known about its request and its route joins later. */
export interface Answer {
  readonly id: string
  readonly model: string | undefined
  readonly servedBy: string | undefined
  readonly text: string
  readonly refusal: string
  readonly reasoning: string
  readonly reasoningBlocks: readonly ReasoningBlock[]
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** The provider's own word; `null` where it gave none. */
  readonly rawFinishReason: string | null
  readonly usage: Usage
  readonly usageEstimated: boolean
  readonly reportedUsd: number | undefined
  /** The mean natural logarithm of the tokens' probabilities, where the provider gave them. */
  readonly meanLogprob: number | undefined
  readonly warnings: readonly Warning[]
  readonly repairs: readonly string[]
}

/** How an accumulator behaves. */
export interface AccumulatorOptions {
  /** The id of the answer where the provider gives none. */
  readonly fallbackId: string
  /** An estimate of the prompt's tokens, asked for only where the provider reports none. */
  readonly estimatePromptTokens?: () => number
  /**
   * Mends tool arguments that are no whole JSON object (a trailing comma, raw control characters; missing brackets only
   * where the answer was not cut off). What was mended stands in `repairs`.
   * @default false
   */
  readonly repairToolArguments?: boolean
}

const buckets = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const satisfies readonly (keyof Usage)[]

type Counts = { -readonly [Bucket in keyof Usage]: Usage[Bucket] }

/** A block while it grows. */
type Block = Writable<Omit<ReasoningBlock, 'text'>> & { text?: PiecedText }

type Writable<Fields> = { -readonly [Field in keyof Fields]: Fields[Field] }

/** Folds one answer. It holds text as it comes and works nothing out before the end, so its cost is linear. */
export class CompletionAccumulator {
  readonly #options: AccumulatorOptions
  readonly #calls: ToolCallAssembler
  readonly #blocks: Block[] = []
  #block: number | undefined
  readonly #warnings: Warning[] = []
  readonly #repairs: string[] = []
  #id: string | undefined
  #model: string | undefined
  #servedBy: string | undefined
  readonly #text = new PiecedText()
  #refusal = ''
  #reason: FinishReason | undefined
  #rawReason: string | null = null
  #usage: Usage = {}
  #reportedUsd: number | undefined
  #ratedTokens = 0
  #logprobSum = 0

  constructor(options: AccumulatorOptions) {
    this.#options = options
    this.#calls = new ToolCallAssembler(
      (slot) => `call_${callPrefix(this.#id ?? options.fallbackId)}_${slot}`,
    )
  }

  /** True once the answer has said how it ended. Text may still follow. */
  get hasFinished(): boolean {
    return this.#reason !== undefined
  }

  /** Takes one delta, and adds to `events` what a caller sees of it. */
  push(delta: Delta, events: StreamEvent[]): void {
    switch (delta.type) {
      case 'text':
        this.#takeText(delta, events)
        return
      case 'tool-call-delta':
        this.#calls.push(delta, events)
        return
      case 'reasoning':
        this.#takeReasoning(delta, events)
        return
      case 'refusal':
        if (delta.text === '') return
        this.#refusal += delta.text
        events.push(delta)
        return
      case 'usage':
        this.#takeUsage(delta, events)
        return
      case 'confidence':
        this.#takeConfidence(delta)
        return
      case 'finish':
        this.#takeFinish(delta)
        return
      case 'start':
        this.#takeStart(delta)
        return
      case 'warning':
        this.warn(delta.warning, events)
        return
      case 'repair':
        this.#repairs.push(delta.repair)
        return
      case 'progress':
        return
      default:
        delta satisfies never
    }
  }

  /** Notes something odd about the answer. */
  warn(warning: Warning, events: StreamEvent[]): void {
    this.#warnings.push(warning)
    events.push({ type: 'warning', warning })
  }

  /** Ends the answer, and adds its whole tool calls to `events`. Call it once, when `hasFinished`. */
  finish(events: StreamEvent[]): Answer {
    const reason = this.#reason ?? 'stop'
    const cutOff = reason === 'length' || reason === 'content_filter'
    const end = { cutOff, repair: this.#options.repairToolArguments ?? false }
    const finished = this.#calls.finish(end, events)
    events.push(...finished.events)
    const { usage, estimated } = this.#countedUsage()
    return {
      id: this.#id ?? this.#options.fallbackId,
      model: this.#model,
      servedBy: this.#servedBy,
      text: this.#text.toString(),
      refusal: this.#refusal,
      reasoning: this.#reasoning(),
      reasoningBlocks: [...this.#blocks.map(asSent), ...finished.signatures],
      toolCalls: finished.calls,
      finishReason: reason === 'stop' && finished.calls.length > 0 ? 'tool_calls' : reason,
      rawFinishReason: this.#rawReason,
      usage,
      usageEstimated: estimated,
      reportedUsd: this.#reportedUsd,
      meanLogprob: this.#ratedTokens === 0 ? undefined : this.#logprobSum / this.#ratedTokens,
      warnings: this.#warnings,
      repairs: [...this.#repairs, ...finished.repairs],
    }
  }

  /** What has come so far, for an answer that broke off. Its counts are never lower than its text suggests. */
  partial(): PartialAnswer {
    const { usage } = this.#countedUsage()
    const output = Math.max(completionTokens(usage), this.#estimatedOutput())
    const reported = this.#reason !== undefined && completionTokens(usage) === output
    return {
      text: this.#text.toString(),
      reasoning: this.#reasoning(),
      toolCalls: this.#calls.incomplete(),
      usage: inOrder({ ...usage, output: output - (usage.audioOutput ?? 0) - (usage.imageOutput ?? 0) }),
      usageEstimated: !reported,
    }
  }

  #takeText(delta: TextDelta, events: StreamEvent[]): void {
    if (delta.text === '') return
    this.#text.append(delta.text)
    events.push(this.#calls.count === 0 ? delta : { type: 'text', text: delta.text, afterToolCall: true })
  }

  #takeReasoning(delta: ReasoningDelta, events: StreamEvent[]): void {
    const block = this.#blockOf(delta)
    if (delta.text) {
      block.text ??= new PiecedText()
      block.text.append(delta.text)
      events.push({ type: 'reasoning', text: delta.text })
    }
    if (delta.signature) block.signature = (block.signature ?? '') + delta.signature
    if (delta.redacted) block.redacted = (block.redacted ?? '') + delta.redacted
    if (delta.id) block.id = delta.id
    if (delta.format) block.format = delta.format
  }

  #reasoning(): string {
    return this.#blocks.map((block) => block.text ?? '').join('')
  }

  #blockOf(delta: ReasoningDelta): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && (delta.block === undefined || delta.block === this.#block)) return last
    const block: Block = {}
    this.#blocks.push(block)
    this.#block = delta.block
    return block
  }

  #takeStart(delta: StartDelta): void {
    if (delta.id) this.#id = delta.id
    if (delta.model) this.#model = delta.model
    if (delta.servedBy) this.#servedBy = delta.servedBy
  }

  #takeUsage(delta: UsageDelta, events: StreamEvent[]): void {
    const isCounted = Object.keys(delta.usage).length > 0
    if (isCounted || delta.reportedUsd === undefined) this.#usage = delta.usage
    this.#reportedUsd = delta.reportedUsd ?? this.#reportedUsd
    events.push({ type: 'usage', usage: delta.usage })
  }

  #takeConfidence({ tokens, logprobSum }: ConfidenceDelta): void {
    this.#ratedTokens += tokens
    this.#logprobSum += logprobSum
  }

  #takeFinish(delta: FinishDelta): void {
    if (this.#reason !== undefined && !delta.raw) return
    this.#reason = delta.reason
    this.#rawReason = delta.raw ?? null
  }

  #countedUsage(): { usage: Usage; estimated: boolean } {
    const usage: Counts = { ...this.#usage }
    const hasInput = usage.input !== undefined || promptTokens(usage) > 0
    const hasOutput = usage.output !== undefined || completionTokens(usage) > 0
    if (!hasInput) usage.input = this.#options.estimatePromptTokens?.() ?? 0
    if (!hasOutput) usage.output = this.#estimatedOutput()
    return { usage: inOrder(usage), estimated: !hasInput || !hasOutput }
  }

  #estimatedOutput(): number {
    let tokens =
      estimateTokens(this.#text.toString()) +
      estimateTokens(this.#refusal) +
      estimateTokens(this.#reasoning())
    for (const call of this.#calls.incomplete()) {
      tokens += estimateTokens(
        call.type === 'function'
          ? call.function.name + call.function.arguments
          : call.custom.name + call.custom.input,
      )
    }
    return tokens
  }
}

/** The buckets in the order in which people read them, whatever order they came in. */
function inOrder(usage: Usage): Usage {
  const ordered: Counts = {}
  for (const bucket of buckets) {
    const count = usage[bucket]
    if (count !== undefined) ordered[bucket] = count
  }
  return ordered
}

/** The part of an answer's id that its calls are named after: legal everywhere, and short enough for OpenAI's 40. */
function callPrefix(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, '').slice(-24)
}

function asSent({ text, ...opaque }: Block): ReasoningBlock {
  return text === undefined ? opaque : { text: text.toString(), ...opaque }
}
