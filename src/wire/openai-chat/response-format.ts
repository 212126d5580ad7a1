// The form of the answer that the caller wants, as far as the vendor can be asked for it.

import type { ResponseFormat } from '../../core/message.js'
import { asObject, type JsonObject } from '../json.js'
import type { ChatQuirks } from './quirks.js'

/** Adds the format to `body`; what the vendor cannot be asked for in a field is said in words, and noted. */
export function addResponseFormat(
  body: JsonObject,
  messages: JsonObject[],
  format: ResponseFormat,
  quirks: ChatQuirks,
  warn: (reason: string) => void,
): void {
  switch (format.type) {
    case 'text':
      if (quirks.jsonSchema === 'response_format') body.response_format = { type: 'text' }
      return
    case 'json_object':
      if (quirks.jsonSchema === 'none') {
        addWords(messages, 'Answer with one JSON object and nothing else.')
        warn('JSON mode is not taken; the model was asked for JSON in words')
      } else {
        body.response_format = { type: 'json_object' }
      }
      return
    case 'json_schema': {
      if (quirks.jsonSchema === 'response_format') {
        body.response_format = { type: 'json_schema', json_schema: format.json_schema }
        return
      }
      if (quirks.jsonSchema === 'json_object') body.response_format = { type: 'json_object' }
      addWords(messages, wordsOf(format.json_schema.schema))
      warn('a JSON Schema is not taken; the model was told of it in words')
      return
    }
    default:
      format satisfies never
  }
}

function wordsOf(schema: unknown): string {
  const words = 'Answer with JSON and nothing else.'
  return schema === undefined
    ? words
    : `${words} It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`
}

/** Joins the words to the system message: many chat templates take only one, and only in front. */
function addWords(messages: JsonObject[], words: string): void {
  const first = asObject(messages[0])
  if (first?.role !== 'system') {
    messages.unshift({ role: 'system', content: words })
    return
  }
  const { content } = first
  first.content = Array.isArray(content)
    ? [...content, { type: 'text', text: words }]
    : `${content}\n\n${words}`
}
