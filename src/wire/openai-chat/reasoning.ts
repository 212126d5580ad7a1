// How hard the model shall think, in the words of each vendor.

import type { ReasoningSetting } from '../../core/message.js'
import { asObject, type JsonObject } from '../json.js'
import { levelOf, type ReasoningLevel } from '../reasoning-level.js'
import type { ChatQuirks, ReasoningTokensField } from './quirks.js'

/** Adds what asks for the setting to `body`, or notes why it could not. */
export function addReasoningSetting(
  body: JsonObject,
  setting: ReasoningSetting,
  quirks: ChatQuirks,
  warn: (reason: string) => void,
): void {
  if (quirks.reasoning === 'none') {
    warn('how hard the model thinks cannot be set')
  } else if (typeof setting === 'string') {
    addLevel(body, setting, quirks, warn)
  } else if (setting > 0 && quirks.reasoningTokensField !== null) {
    addTokens(body, setting, quirks.reasoningTokensField, quirks)
  } else {
    const level = levelOf(setting)
    if (setting > 0) warn(`a number of reasoning tokens is not taken; ${setting} was asked for as "${level}"`)
    addLevel(body, level, quirks, warn)
  }
}

function addLevel(
  body: JsonObject,
  level: ReasoningLevel,
  quirks: ChatQuirks,
  warn: (reason: string) => void,
): void {
  const word = quirks.reasoningWords[level]
  const isOff = level === 'none'
  const isWordAlone =
    quirks.reasoning === 'effort' ||
    quirks.reasoning === 'reasoning-object' ||
    (quirks.reasoning === 'reasoning-switch' && !isOff)
  if (!isWordAlone) switchReasoning(body, !isOff, quirks)
  if (word === undefined) {
    if (isWordAlone) warn(`the level "${level}" is not taken`)
  } else if (quirks.reasoning === 'reasoning-object') {
    body.reasoning = { effort: word }
  } else if (isWordAlone || (quirks.reasoning === 'thinking-type' && !isOff)) {
    body.reasoning_effort = word
  }
}

/** Switches reasoning on or off, without a word for how hard. */
function switchReasoning(body: JsonObject, isOn: boolean, quirks: ChatQuirks): void {
  switch (quirks.reasoning) {
    case 'thinking-type':
      body.thinking = { type: isOn ? quirks.thinkingOn : 'disabled' }
      return
    case 'enable-thinking':
      body.enable_thinking = isOn
      return
    case 'chat-template':
      body.chat_template_kwargs = { ...asObject(body.chat_template_kwargs), enable_thinking: isOn }
      return
    case 'reasoning-switch':
      body.reasoning = { enabled: isOn }
      return
    case 'effort':
    case 'reasoning-object':
    case 'none':
      return
    default:
      quirks.reasoning satisfies never
  }
}

function addTokens(
  body: JsonObject,
  tokens: number,
  field: NonNullable<ReasoningTokensField>,
  quirks: ChatQuirks,
): void {
  switchReasoning(body, true, quirks)
  switch (field) {
    case 'thinking_budget':
      body.thinking_budget = tokens
      return
    case 'reasoning.max_tokens':
      body.reasoning = { max_tokens: tokens }
      return
    case 'thinking.budget_tokens':
      body.thinking = { type: quirks.thinkingOn, budget_tokens: tokens }
      return
    default:
      field satisfies never
  }
}
