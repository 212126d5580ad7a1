// What a request needs of the model that answers it.

import type { Level, TaskType } from '../core/level.js'
import type { Content, Message } from '../core/message.js'
import type { WorkKind } from '../core/model-info.js'
import type { ChatRequest } from '../core/request.js'
import { ability } from './contender.js'
import { reserveOf } from './fit.js'

/** What a request needs. The same for all models: work it out once. */
export interface Needs {
  readonly level: Level
  readonly taskType: TaskType
  /** Whose rating counts. */
  readonly kind: WorkKind
  /** Bits of `ability`. */
  readonly abilities: number
  readonly promptTokens: number
  /** The most tokens that the answer may have, where the caller says it. */
  readonly maxTokens: number | undefined
  /** The least window: for the prompt and the answer together, and for the level. */
  readonly window: number
  /** What does not fit may be cut. */
  readonly mayCut: boolean
  /** A model whose window nobody knows is not left out for that. */
  readonly mayTryUnknownWindows: boolean
}

/** From here on, models are compared by how they deal with long prompts. */
const longPromptTokens = 16_000

/** What the needs are made of. */
export interface NeedsQuestion {
  readonly chat: ChatRequest
  readonly level: Level
  readonly taskType: TaskType
  readonly promptTokens: number
  /** An agent asks: it will want tools. */
  readonly isAgent: boolean
  /** The least window of this level. */
  readonly levelWindow: number
  readonly mayCut: boolean
  readonly mayTryUnknownWindows: boolean
}

/** What a request needs. */
export function needsOf(question: NeedsQuestion): Needs {
  const { chat, level, taskType, promptTokens, isAgent, levelWindow, mayCut, mayTryUnknownWindows } = question
  return {
    level,
    taskType,
    kind: kindOf(taskType, promptTokens, chat.messages),
    abilities: abilitiesFor(chat) | (isAgent || taskType === 'agentic' ? ability.tools : 0),
    promptTokens,
    maxTokens: chat.maxTokens,
    window: Math.max(levelWindow, promptTokens + reserveOf(chat)),
    mayCut,
    mayTryUnknownWindows,
  }
}

/** What the parts of a request ask for. */
export function abilitiesFor(chat: ChatRequest): number {
  let bits = 0
  if ((chat.tools?.length ?? 0) > 0) bits |= ability.tools
  if (isStructured(chat)) bits |= ability.structuredOutput
  if (chat.reasoning !== undefined && chat.reasoning !== 'none' && chat.reasoning !== 0)
    bits |= ability.reasoning
  for (const { content } of chat.messages) bits |= abilitiesOfContent(content)
  return bits
}

function isStructured({ responseFormat }: ChatRequest): boolean {
  return responseFormat?.type === 'json_schema'
}

function abilitiesOfContent(content: Content | null | undefined): number {
  if (content === null || content === undefined || typeof content === 'string') return 0
  let bits = 0
  for (const part of content) {
    if (part.type === 'image_url') bits |= ability.vision
    else if (part.type === 'file') bits |= ability.documents
    else if (part.type === 'input_audio') bits |= ability.audio
  }
  return bits
}

/** The level has no say here: on one scale, a harder request never finds a cheaper model than an easier one does. */
function kindOf(taskType: TaskType, promptTokens: number, messages: readonly Message[]): WorkKind {
  switch (taskType) {
    case 'code':
      return 'coding'
    case 'math':
      return 'math'
    case 'creative':
      return 'creative'
    case 'extraction':
    case 'translation':
    case 'summarizing':
    case 'pdf-ocr':
      return promptTokens >= longPromptTokens ? 'long' : 'instruction'
    case 'reasoning':
    case 'analysis':
    case 'agentic':
      return 'hard'
    default:
      if (promptTokens >= longPromptTokens) return 'long'
      return messages.some(({ role }) => role === 'assistant') ? 'multiTurn' : 'general'
  }
}
