// Checks a conversation before anything is sent: roles, contents, tool calls and their results.

import type { ImagePart, Message } from '../core/message.js'
import { readImage } from '../wire/image.js'
import { type Fields, invalid, kindOf, listAt, nameAt, objectAt, textAt } from './check.js'
import { jsonAt } from './check-json.js'

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool'])

/**
 * The messages, checked, in a list of their own. Throws `invalid-request` naming the message and field at fault; changes
 * nothing. Of their free-form fields, those that are sent are checked to be JSON.
 */
export function checkMessages(value: unknown): Message[] {
  const messages = listAt(value, 'messages')
  if (messages.length === 0) throw invalid('messages', 'must hold at least one message.')
  return messages.map((message, index) => checkMessage(message, `messages[${index}]`))
}

function checkMessage(value: unknown, field: string): Message {
  const message = objectAt(value, field)
  const { role } = message
  if (!roles.has(role)) {
    const shown = typeof role === 'string' ? JSON.stringify(role.slice(0, 40)) : kindOf(role)
    throw invalid(`${field}.role`, `${shown} is no role. Use system, developer, user, assistant or tool.`)
  }
  if (message.name !== undefined) textAt(message.name, `${field}.name`)
  if (role === 'assistant') checkAssistant(message, field)
  else checkContent(message.content, `${field}.content`)
  if (role === 'tool') nameAt(message.tool_call_id, `${field}.tool_call_id`)
  return message as unknown as Message // its fields have just been checked
}

function checkAssistant(message: Fields, field: string): void {
  const { content, tool_calls: calls, reasoning_content: reasoning, refusal } = message
  if (content !== undefined && content !== null) checkContent(content, `${field}.content`)
  if (reasoning !== undefined && reasoning !== null) textAt(reasoning, `${field}.reasoning_content`)
  if (refusal !== undefined && refusal !== null) textAt(refusal, `${field}.refusal`)
  if (calls !== undefined && calls !== null) {
    listAt(calls, `${field}.tool_calls`).forEach((call, index) => {
      checkToolCall(call, `${field}.tool_calls[${index}]`)
    })
  }
  if (message.byok !== undefined) checkOrigin(message.byok, `${field}.byok`)
}

function checkToolCall(value: unknown, field: string): void {
  const call = objectAt(value, field)
  nameAt(call.id, `${field}.id`)
  if (call.type === 'custom') {
    const custom = objectAt(call.custom, `${field}.custom`)
    nameAt(custom.name, `${field}.custom.name`)
    textAt(custom.input, `${field}.custom.input`)
    return
  }
  if (call.type !== undefined && call.type !== 'function')
    throw invalid(`${field}.type`, 'must be "function" or "custom".')
  const called = objectAt(call.function, `${field}.function`)
  nameAt(called.name, `${field}.function.name`)
  textAt(called.arguments, `${field}.function.arguments`)
}

function checkOrigin(value: unknown, field: string): void {
  const origin = objectAt(value, field)
  textAt(origin.provider, `${field}.provider`)
  textAt(origin.model, `${field}.model`)
  listAt(origin.reasoning, `${field}.reasoning`).forEach((block, index) => {
    jsonAt(objectAt(block, `${field}.reasoning[${index}]`), `${field}.reasoning[${index}]`)
  })
}

function checkContent(value: unknown, field: string): void {
  if (typeof value === 'string') return
  if (!Array.isArray(value)) throw invalid(field, `must be text or a list of parts, and is ${kindOf(value)}.`)
  value.forEach((part, index) => {
    checkPart(part, `${field}[${index}]`)
  })
}

function checkPart(value: unknown, field: string): void {
  const part = objectAt(value, field)
  jsonAt(part.cache_control, `${field}.cache_control`)
  switch (part.type) {
    case 'text':
      textAt(part.text, `${field}.text`)
      return
    case 'refusal':
      textAt(part.refusal, `${field}.refusal`)
      return
    case 'image_url': {
      const image = objectAt(part.image_url, `${field}.image_url`)
      textAt(image.url, `${field}.image_url.url`)
      if (image.detail !== undefined) textAt(image.detail, `${field}.image_url.detail`)
      checkImage(part as unknown as ImagePart, field) // its fields have just been checked
      return
    }
    case 'input_audio': {
      const audio = jsonAt(objectAt(part.input_audio, `${field}.input_audio`), `${field}.input_audio`)
      nameAt(audio.data, `${field}.input_audio.data`)
      nameAt(audio.format, `${field}.input_audio.format`)
      return
    }
    case 'file': {
      const file = jsonAt(objectAt(part.file, `${field}.file`), `${field}.file`)
      if (file.file_data === undefined && file.file_id === undefined)
        throw invalid(`${field}.file`, 'needs file_data or file_id.')
      for (const name of ['file_data', 'file_id', 'filename'] as const) {
        if (file[name] !== undefined) textAt(file[name], `${field}.file.${name}`)
      }
      return
    }
    default: {
      const shown = typeof part.type === 'string' ? JSON.stringify(part.type.slice(0, 40)) : kindOf(part.type)
      throw invalid(
        `${field}.type`,
        `${shown} is no kind of part. Use text, image_url, input_audio, file or refusal.`,
      )
    }
  }
}

function checkImage(part: ImagePart, field: string): void {
  try {
    readImage(part)
  } catch (error) {
    throw invalid(`${field}.image_url.url`, error instanceof Error ? error.message : String(error))
  }
}
