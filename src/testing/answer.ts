// What a test upstream shall say, without the words of any provider.

/** A tool call in an answer. */
export interface AnswerToolCall {
  /** `null` leaves it out. @default made up */
  readonly id?: string | null
  readonly name: string
  /** JSON text in the pieces in which it shall come, or a value to print as JSON. */
  readonly arguments: string | readonly string[] | Readonly<Record<string, unknown>>
  /** Sent instead of the right index, whatever it is; `null` leaves it out. */
  readonly index?: unknown
}

/** Tokens in buckets that do not overlap. Any JSON value can be sent, however wrong. */
export interface AnswerUsage {
  readonly input?: unknown
  readonly cacheRead?: unknown
  readonly cacheWrite?: unknown
  readonly output?: unknown
  /** Part of `output`. */
  readonly reasoning?: unknown
}

/** What a model answers. A list of strings is sent in these pieces. */
export interface Answer {
  /** @default 'Hello from the test upstream.' in four pieces, where nothing else is answered */
  readonly text?: string | readonly string[]
  readonly reasoning?: string | readonly string[]
  readonly refusal?: string | readonly string[]
  readonly toolCalls?: readonly AnswerToolCall[]
  /** Sends the fragments of the tool calls in turn instead of one call after the other (Chat only). */
  readonly interleaved?: boolean
  /**
   * OpenAI's word, put into the dialect's own; any other word is sent as it is; `null` sends none.
   * @default 'tool_calls' with tool calls, otherwise 'stop'
   */
  readonly finish?: string | null
  /** `null` sends none. @default 12 tokens in, one out for each piece */
  readonly usage?: AnswerUsage | null
  /** The logarithm of the probability of each piece of text: sent where the request asks for `logprobs` (Chat only). */
  readonly logprob?: number
  readonly id?: string
  /** @default the model that the request names */
  readonly model?: string
}

/** A tool call with everything filled in. `undefined` is left out. */
export interface FilledToolCall {
  readonly id: string | undefined
  readonly name: string
  readonly pieces: readonly string[]
  readonly position: number
  /** The index to send, given the right one. */
  indexOr(right: number): unknown
}

/** An answer with everything filled in. */
export interface FilledAnswer {
  readonly text: readonly string[]
  readonly reasoning: readonly string[]
  readonly refusal: readonly string[]
  readonly toolCalls: readonly FilledToolCall[]
  readonly interleaved: boolean
  readonly finish: string | null
  readonly usage: AnswerUsage | null
  readonly logprob: number | undefined
  readonly id: string
  readonly model: string
}

const defaultText = ['Hello', ' from the', ' test', ' upstream.']

/** Fills in what an answer leaves open. */
export function fillAnswer(answer: Answer, requestedModel: string): FilledAnswer {
  const toolCalls = (answer.toolCalls ?? []).map(fillToolCall)
  const reasoning = piecesOf(answer.reasoning)
  const refusal = piecesOf(answer.refusal)
  const isEmpty = toolCalls.length + reasoning.length + refusal.length === 0
  const text = answer.text === undefined && isEmpty ? defaultText : piecesOf(answer.text)
  const pieceCount =
    text.length +
    reasoning.length +
    refusal.length +
    toolCalls.reduce((count, call) => count + call.pieces.length, 0)
  return {
    text,
    reasoning,
    refusal,
    toolCalls,
    interleaved: answer.interleaved ?? false,
    finish: answer.finish === undefined ? (toolCalls.length > 0 ? 'tool_calls' : 'stop') : answer.finish,
    usage: answer.usage === undefined ? { input: 12, output: pieceCount } : answer.usage,
    logprob: answer.logprob,
    id: answer.id ?? 'test-answer-1',
    model: answer.model ?? requestedModel,
  }
}

/** Adds up counts for dialects whose counts overlap; a count that is no number is passed on as it is. */
export function addCounts(...counts: readonly unknown[]): unknown {
  const known = counts.filter((count) => count !== undefined)
  const odd = known.find((count) => typeof count !== 'number')
  if (odd !== undefined || known.length === 0) return odd
  return known.reduce<number>((sum, count) => sum + Number(count), 0)
}

function fillToolCall(call: AnswerToolCall, position: number): FilledToolCall {
  const isText = typeof call.arguments === 'string' || Array.isArray(call.arguments)
  return {
    id: call.id === null ? undefined : (call.id ?? `call_test_${position + 1}`),
    name: call.name,
    pieces: isText
      ? piecesOf(call.arguments as string | readonly string[]) // just tested; isArray does not narrow readonly arrays
      : [JSON.stringify(call.arguments)],
    position,
    indexOr: (right) => (call.index === undefined ? right : (call.index ?? undefined)),
  }
}

function piecesOf(text: string | readonly string[] | undefined): readonly string[] {
  if (text === undefined) return []
  return typeof text === 'string' ? [text] : text
}
