// Checks what `classify()` is asked: a prompt, a conversation, or a whole request.

import type { ClassifierQuestion } from '../core/classification.js'
import { type TaskType, taskTypes } from '../core/level.js'
import type { Message } from '../core/message.js'
import { type Fields, optional, readSafely, recordAt, refuseUnknown, wordAt } from './check.js'
import { checkChat, checkWork } from './check-request.js'
import { type CompletionRequest, inOurWords } from './completion-request.js'

/** What may be said besides the prompt. */
export interface ClassifyOptions {
  /** What kind of work it is. @default guessed */
  readonly taskType?: TaskType | undefined
}

/** The question in one form. An empty prompt is one too. Throws `invalid-request`. */
export function checkClassifyQuestion(
  asked: string | readonly Message[] | CompletionRequest,
  options: ClassifyOptions,
): ClassifierQuestion {
  return readSafely('prompt', () => {
    const given = recordAt(options, 'options')
    refuseUnknown(given, ['taskType'], 'options')
    const fields: Fields =
      typeof asked === 'string'
        ? { prompt: asked }
        : Array.isArray(asked)
          ? { messages: asked }
          : inOurWords(asked)
    const { messages, tools, responseFormat } = checkChat(fields)
    const taskType =
      optional(given, 'taskType', (value, field) => wordAt(value, field, taskTypes), 'options').taskType ??
      checkWork(fields).taskType
    return { messages, tools, responseFormat, taskType }
  })
}
