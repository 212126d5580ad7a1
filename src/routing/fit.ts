// Fits a request into a model's window: by leaving out old turns, then the middle of the longest texts.

import type { ContextOverflow } from '../core/context-overflow.js'
import type { Content, Message } from '../core/message.js'
import type { ChatRequest } from '../core/request.js'
import {
  estimateMessageTokens,
  estimatePromptTokens,
  estimateToolTokens,
  type TokenCounter,
} from '../core/token-estimate.js'
import { cutMiddle, leastKept } from './cut-text.js'
import { callsOf, isSystemText, partsOf } from './turns.js'

/** What the answer is left where the request does not limit it, in tokens. */
const textReserve = 1_000
const structuredReserve = 1_500

/** A request is asked again with its last messages only: so many. */
const lastMessages = 4

/** How often a text is cut before the best cut so far will do. */
const mostCuts = 10

/** What was left out of a request. */
export interface Cut {
  readonly messages: number
  /** In how many texts a middle is missing, and how many characters of it. */
  readonly texts: number
  readonly characters: number
}

/** A request that fits, and what was left out for it; or that it cannot be made to, and how many tokens it has at least. */
export type Fit =
  | { readonly fits: true; readonly chat: ChatRequest; readonly cut?: Cut }
  | { readonly fits: false; readonly tokens: number }

/** What a request is to be fitted into. */
export interface Room {
  /** For the prompt, in tokens. */
  readonly tokens: number
  readonly count: TokenCounter
}

/** The tokens of a window that belong to the answer: `maxTokens`, else 1,000 for text and 1,500 for structured output. */
export function reserveOf({ maxTokens, responseFormat }: ChatRequest): number {
  if (maxTokens !== undefined) return maxTokens
  return responseFormat === undefined || responseFormat.type === 'text' ? textReserve : structuredReserve
}

/**
 * The request as far as it fits. `drop-oldest` leaves out whole old turns, no more than needed; `truncate`, after them,
 * the middle of the longest text, and of the next one where that is not enough. System text stays as it is, the last user
 * turn and every call with its results stay whole, in their order. Nothing is mutated; a request that fits is given back
 * itself.
 */
export function fitRequest(
  chat: ChatRequest,
  { tokens: room, count }: Room,
  overflow: Exclude<ContextOverflow, 'error'>,
): Fit {
  const lengths = chat.messages.map((message) => estimateMessageTokens(message, count))
  let tokens = estimateToolTokens(chat, count) + lengths.reduce((sum, length) => sum + length, 0)
  if (tokens <= room) return { fits: true, chat }
  const gone = new Set<number>()
  for (const part of partsOf(chat.messages).old) {
    if (tokens <= room) break
    for (const at of part) {
      gone.add(at)
      tokens -= lengths[at] ?? 0
    }
  }
  const shorter = without(chat, gone)
  if (tokens > room && overflow === 'truncate')
    return withShorterTexts(shorter, tokens, { tokens: room, count }, gone.size)
  if (tokens > room) return { fits: false, tokens }
  return { fits: true, chat: shorter, cut: { messages: gone.size, texts: 0, characters: 0 } }
}

/**
 * The request cut harder, for a model that has refused `refused` though it should have fitted: system text and the last
 * four messages, with the last user message and every call and result that belongs to them. With `truncate` the texts are
 * cut as well, to half of what was refused. `undefined` where that leaves out nothing more.
 */
export function cutHarder(
  chat: ChatRequest,
  refused: ChatRequest,
  count: TokenCounter,
  overflow: Exclude<ContextOverflow, 'error'>,
): { readonly chat: ChatRequest; readonly cut: Cut } | undefined {
  const kept = lastOf(chat.messages)
  const gone = new Set([...chat.messages.keys()].filter((at) => !kept.has(at)))
  const before = estimatePromptTokens(refused, count)
  const half = Math.floor(before / 2)
  const shorter = without(chat, gone)
  const tokens = estimatePromptTokens(shorter, count)
  if (overflow === 'truncate' && tokens > half) {
    const { chat: cut, ...left } = shortenTexts(shorter, tokens, { tokens: half, count })
    if (estimatePromptTokens(cut, count) >= before) return undefined
    return { chat: cut, cut: { messages: gone.size, texts: left.texts, characters: left.characters } }
  }
  if (tokens >= before) return undefined
  return { chat: shorter, cut: { messages: gone.size, texts: 0, characters: 0 } }
}

/** The places of what is sent when only the end of a conversation is. */
function lastOf(messages: readonly Message[]): ReadonlySet<number> {
  const said = [...messages.entries()].filter(([, message]) => !isSystemText(message))
  const kept = new Set(said.slice(-lastMessages).map(([at]) => at))
  const question = messages.findLastIndex(({ role }) => role === 'user')
  if (question !== -1) kept.add(question)
  const calls = callsOf(messages)
  for (const [result, call] of calls) if (kept.has(result)) kept.add(call)
  for (const [result, call] of calls) if (kept.has(call)) kept.add(result)
  for (const [at, message] of messages.entries()) if (isSystemText(message)) kept.add(at)
  return kept
}

function without(chat: ChatRequest, gone: ReadonlySet<number>): ChatRequest {
  if (gone.size === 0) return chat
  return { ...chat, messages: chat.messages.filter((_, at) => !gone.has(at)) }
}

function withShorterTexts(chat: ChatRequest, before: number, room: Room, messages: number): Fit {
  const { chat: shorter, tokens, texts, characters } = shortenTexts(chat, before, room)
  if (tokens > room.tokens) return { fits: false, tokens }
  return { fits: true, chat: shorter, cut: { messages, texts, characters } }
}

/** A text of a conversation that may be cut: the whole content of a message, or one part of it. */
interface Passage {
  readonly message: number
  readonly part: number | undefined
  readonly text: string
}

/** Cuts the longest text, then the next one, until all fits or nothing can be cut any more. */
function shortenTexts(chat: ChatRequest, before: number, { tokens: room, count }: Room) {
  const messages = [...chat.messages]
  let [tokens, texts, characters] = [before, 0, 0]
  for (const passage of passagesOf(messages)) {
    if (tokens <= room) break
    const own = count(passage.text)
    const { text, leftOut } = shortened(passage.text, own, own - (tokens - room), count)
    const left = own - count(text)
    if (leftOut === 0 || left <= 0) continue
    messages[passage.message] = withText(messages[passage.message] as Message, passage.part, text) // its own place
    tokens -= left
    texts += 1
    characters += leftOut
  }
  return { chat: { ...chat, messages }, tokens, texts, characters }
}

/** From the longest. What the app tells the model is not among them, and neither are calls: half a call is none. */
function passagesOf(messages: readonly Message[]): Passage[] {
  const passages: Passage[] = []
  for (const [message, { content, role }] of messages.entries()) {
    if (isSystemText({ role })) continue
    if (typeof content === 'string') passages.push({ message, part: undefined, text: content })
    else
      for (const [part, piece] of (content ?? []).entries())
        if (piece.type === 'text') passages.push({ message, part, text: piece.text })
  }
  return passages
    .filter(({ text }) => text.length > leastKept)
    .sort((one, other) => other.text.length - one.text.length)
}

/** The longest cut of a text that has no more tokens than these, as near as a few tries come; else the shortest one. */
function shortened(text: string, own: number, room: number, count: TokenCounter) {
  let [low, high] = [leastKept, text.length]
  let best = cutMiddle(text, low)
  let guess = Math.floor((text.length * Math.max(0, room)) / Math.max(1, own))
  for (let tries = 0; tries < mostCuts && high - low > text.length / 200; tries += 1) {
    const cut = cutMiddle(text, guess)
    const fits = cut.leftOut > 0 && count(cut.text) <= room
    if (fits) best = cut
    if (fits) low = Math.max(low, guess)
    else high = Math.min(high, guess)
    guess = Math.floor((low + high) / 2)
  }
  return best
}

function withText(message: Message, part: number | undefined, text: string): Message {
  if (part === undefined) return { ...message, content: text } as Message // the content was text before
  const content = (message.content as Exclude<Content, string>).map(
    (
      piece,
      at, // it was read as parts
    ) => (at === part ? { ...piece, text } : piece),
  )
  return { ...message, content } as Message // one text in it is shorter
}
