// Adds the events of a stream up, and tells how they differ from the response that they should amount to.

import type { CompletionResponse } from '../../src/core/response.js'
import type { StreamEvent, ToolCallEvent } from '../../src/core/stream-event.js'
import { show } from './expectation.js'

interface AddedCall {
  id: string | undefined
  name: string | undefined
  arguments: string
}

interface Sum {
  text: string
  reasoning: string
  refusal: string
  readonly calls: AddedCall[]
  readonly wholeCalls: ToolCallEvent[]
  readonly faults: string[]
}

/** Every way in which the events, added up, are not the response. `piecesDiffer` leaves the text out. */
export function differencesOfEvents(
  events: readonly StreamEvent[],
  response: CompletionResponse,
  piecesDiffer: boolean,
): string[] {
  const sum = addUp(events)
  const { message } = response.choices[0]
  const found = [...sum.faults]
  const check = (name: string, value: unknown, wanted: unknown): void => {
    if (JSON.stringify(value) !== JSON.stringify(wanted)) {
      found.push(`the events add up to ${name} ${show(value)}, the response has ${show(wanted)}`)
    }
  }
  if (!piecesDiffer) check('text', sum.text, message.content ?? '')
  check('reasoning', sum.reasoning, message.reasoning_content ?? '')
  check('refusal', sum.refusal, message.refusal ?? '')
  const calls = (message.tool_calls ?? []).map((call) =>
    call.type === 'custom'
      ? { id: call.id, name: call.custom.name, arguments: call.custom.input }
      : { id: call.id, name: call.function.name, arguments: call.function.arguments },
  )
  check('calls', sum.calls, calls)
  check(
    'whole calls',
    sum.wholeCalls.map(({ index, id, name, arguments: sent }) => ({ index, id, name, arguments: sent })),
    calls.map((call, index) => ({ index, ...call })),
  )
  return found
}

/** What the events of a stream that broke amount to. */
export function addedText(events: readonly StreamEvent[]): {
  readonly text: string
  readonly reasoning: string
} {
  return addUp(events)
}

/** True where a whole, runnable call was announced. */
export function hasWholeCall(events: readonly StreamEvent[]): boolean {
  return events.some((event) => event.type === 'tool-call')
}

function addUp(events: readonly StreamEvent[]): Sum {
  const sum: Sum = { text: '', reasoning: '', refusal: '', calls: [], wholeCalls: [], faults: [] }
  for (const event of events) {
    switch (event.type) {
      case 'text':
        sum.text += event.text
        if (Boolean(event.afterToolCall) !== sum.calls.length > 0)
          sum.faults.push('afterToolCall is wrong on a text event')
        break
      case 'reasoning':
        sum.reasoning += event.text
        break
      case 'refusal':
        sum.refusal += event.text
        break
      case 'tool-call-delta': {
        const held = sum.calls[event.index]
        if (held === undefined) {
          if (event.index !== sum.calls.length) sum.faults.push(`call ${event.index} begins out of order`)
          if (!event.id || !event.name) sum.faults.push(`call ${event.index} begins without its id or name`)
          sum.calls[event.index] = { id: event.id, name: event.name, arguments: event.arguments ?? '' }
        } else {
          if (event.id !== undefined || event.name !== undefined)
            sum.faults.push(`call ${event.index} is named again`)
          held.arguments += event.arguments ?? ''
        }
        break
      }
      case 'tool-call':
        sum.wholeCalls.push(event)
        break
      case 'attempt':
      case 'usage':
      case 'warning':
      case 'done':
        break
      default:
        event satisfies never
    }
  }
  return sum
}
