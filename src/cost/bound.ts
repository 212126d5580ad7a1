// The most tokens that a request can be billed for, known before it is sent. Budgets hold this, so it must be true.

import { ByokError } from '../core/errors.js'
import type { Content, ContentPart, Message } from '../core/message.js'
import { ofFamily } from '../core/model-family.js'
import type { ChatRequest } from '../core/request.js'

/**
 * What providers put around the texts: roles, turns, a system text of their own. Over 380 recorded calls of 20 providers
 * the most beyond the bytes of the texts were 147 tokens without tools, and 406 with them, where the provider adds no
 * tool of its own and is not in the table below.
 */
const perRequest = 256
const perMessage = 16
/** Anthropic names 264 to 675 tokens for its tool instructions (docs: "Tool use", pricing). */
const withTools = 1_024

/**
 * Providers that put long texts of their own before every prompt. Measured: Venice 1,539 tokens, xAI's models 684, also
 * behind OpenRouter.
 */
const addedBy: ReadonlyMap<string, number> = new Map([
  ['venice', 4_096],
  ['xai', 1_024],
  ['openrouter', 1_024],
])

/**
 * The most that one picture is billed as, by model family. Sources: OpenAI, "Images and vision" (gpt-4o: 85 + 170 a tile,
 * at most 8 tiles; gpt-4o-mini: 2,833 + 5,667 a tile; patches by size for later models); Anthropic, "Vision" (4,784 for
 * the largest models); Google, "Media resolution" (2,240).
 */
const perPicture: Readonly<Record<string, number>> = {
  'gpt-4o-mini': 48_169,
  'gpt-4o': 1_445,
  claude: 4_784,
  gemini: 2_240,
}
const perUnknownPicture = 16_384

/** A document that the provider fetches itself: its length is not known here. */
const perUnseenDocument = 200_000

/** Extra fields that name what the provider itself keeps and puts before the prompt: its length is not known here. */
const unseenFields = ['previous_response_id', 'conversation', 'prompt'] as const
const perUnseenHistory = 1_000_000

/** Whom a bound is for. */
export interface BoundTarget {
  readonly provider: string
  readonly model: string
  /** Tokens that the model reads at the most, where that is known: no prompt is billed for more. */
  readonly contextWindow?: number
}

/**
 * The most prompt tokens that a request can be billed for. A token of a byte-level vocabulary has at least one byte, so
 * the bytes of all texts are a bound; pictures go by table. What the provider itself adds in the middle of an answer (the
 * pages of a web search that it runs) cannot be known and is not in it.
 */
export function promptTokenBound(chat: ChatRequest, target: BoundTarget): number {
  const hasTools = (chat.tools?.length ?? 0) > 0
  let tokens = perRequest + (addedBy.get(target.provider) ?? 0) + (hasTools ? withTools : 0)
  if (hasTools) tokens += bytesOf(JSON.stringify(chat.tools?.map(sentOf)))
  if (chat.responseFormat !== undefined) tokens += bytesOf(JSON.stringify(chat.responseFormat))
  const ofProvider = chat.providerOptions?.[target.provider]
  if (ofProvider !== undefined) {
    tokens += bytesOf(JSON.stringify(ofProvider))
    if (unseenFields.some((name) => (ofProvider[name] ?? null) !== null)) tokens += perUnseenHistory
  }
  for (const message of chat.messages) tokens += perMessage + tokensOf(message, target.model)
  return Math.min(tokens, target.contextWindow ?? Number.POSITIVE_INFINITY)
}

function tokensOf(message: Message, model: string): number {
  let tokens = contentTokens(message.content, model)
  if ('name' in message && message.name !== undefined) tokens += bytesOf(message.name)
  if (message.role !== 'assistant') return tokens
  for (const call of message.tool_calls ?? []) tokens += perMessage + bytesOf(JSON.stringify(call))
  tokens += bytesOf(message.reasoning_content ?? '') + bytesOf(message.refusal ?? '')
  if (message.byok !== undefined) tokens += bytesOf(JSON.stringify(message.byok.reasoning))
  return tokens
}

function contentTokens(content: Content | null | undefined, model: string): number {
  if (content === null || content === undefined) return 0
  if (typeof content === 'string') return bytesOf(content)
  return content.reduce((tokens, part) => tokens + partTokens(part, model), 0)
}

function partTokens(part: ContentPart, model: string): number {
  switch (part.type) {
    case 'text':
      return bytesOf(part.text)
    case 'refusal':
      return bytesOf(part.refusal)
    case 'image_url':
      return ofFamily(perPicture, model.slice(model.lastIndexOf('/') + 1)) ?? perUnknownPicture
    case 'input_audio':
      return part.input_audio.data.length
    case 'file':
      return Math.max(part.file.file_data?.length ?? 0, perUnseenDocument)
    default:
      part satisfies never
      return 0
  }
}

/** Without what apps hang on a tool beside it (a function to run, say). */
function sentOf(tool: NonNullable<ChatRequest['tools']>[number]): unknown {
  return tool.type === 'custom' ? tool.custom : tool.function
}

/** UTF-8 bytes, without encoding anything. */
function bytesOf(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    // Half a surrogate pair stands for two of the four bytes; alone it becomes a sign of three.
    bytes += unit < 0x800 ? 1 : 2
  }
  return bytes
}

/** Names under which a request's own extra fields may set the length of the answer. */
const lengthFields = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'max_new_tokens',
  'max_length',
  'num_predict',
  'n_predict',
] as const

/** Names under which they may ask for several answers at once. */
const countFields = ['n', 'best_of'] as const

/** How long the answer may get by what the request itself says, and how many answers are asked for at once. */
export interface AnswerBound {
  /** Absent: nobody has said. */
  readonly maxTokens?: number
  readonly answers: number
}

/** In which way the call shall be served, where the app has put that into the provider's own extra fields. */
export function serviceTierOf(chat: ChatRequest, provider: string): string | undefined {
  const word = chat.providerOptions?.[provider]?.service_tier
  return typeof word === 'string' ? word : undefined
}

/**
 * Reads the limit on the answer, also where an app has put it into the provider's own extra fields. Throws
 * `invalid-request` where such a field holds no count: it would be sent as it is, and what it allows is not known.
 */
export function answerBound(chat: ChatRequest, provider: string): AnswerBound {
  const extra = chat.providerOptions?.[provider]
  if (extra === undefined)
    return { ...(chat.maxTokens === undefined ? {} : { maxTokens: chat.maxTokens }), answers: 1 }
  // Several names of one limit: which of them a provider obeys is not known.
  const lengths = countsAt(lengthFields, extra, provider)
  const set = chat.maxTokens === undefined ? lengths : [...lengths, chat.maxTokens]
  const answers = Math.max(1, ...countsAt(countFields, extra, provider))
  return { ...(set.length === 0 ? {} : { maxTokens: Math.max(...set) }), answers }
}

function countsAt(
  names: readonly string[],
  extra: Readonly<Record<string, unknown>>,
  provider: string,
): number[] {
  return names.flatMap((name) => {
    const value = extra[name]
    if (value === undefined) return []
    if (isCount(value)) return [value]
    const field = `providerOptions.${provider}.${name}`
    throw new ByokError('invalid-request', `${field}: must be a whole number from 1 under a budget.`, {
      field,
    })
  })
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
