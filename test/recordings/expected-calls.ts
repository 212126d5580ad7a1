// Which tool calls an answer must hold.

import type { ToolCall } from '../../src/core/message.js'
import type { RecordedCall, RecordedCase } from './cases.js'

/** One call that must be there. */
export interface ExpectedCall {
  /** `undefined` where the provider sent none: any non-empty id passes. */
  readonly id: string | undefined
  readonly name: string
  readonly arguments: string
  /** `custom` also passes as `function`. */
  readonly kind: 'function' | 'custom'
  /** The arguments were printed from a value, so that only the value counts. */
  readonly isPrinted: boolean
}

/** The recorded calls as a response shows them. `isCutOff` where the output limit ended the answer. */
export function expectedCalls(
  recorded: RecordedCase,
  calls: readonly RecordedCall[],
  isCutOff: boolean,
): ExpectedCall[] {
  const seen = new Map<string, number>()
  return calls.map((call) => {
    const sent = call.arguments ?? ''
    const kind = call.custom ? 'custom' : 'function'
    return {
      id: distinct(call.id, seen),
      name: call.name,
      arguments: sent === '' && !isCutOff && kind === 'function' ? '{}' : sent,
      kind,
      isPrinted: recorded.dialect === 'anthropic-messages' && recorded.kind === 'whole',
    }
  })
}

/** An id that comes twice in one answer gets `_d2`, `_d3`. */
function distinct(sent: RecordedCall['id'], seen: Map<string, number>): string | undefined {
  if (sent === undefined || sent === null || sent === '') return undefined
  const id = String(sent)
  const times = (seen.get(id) ?? 0) + 1
  seen.set(id, times)
  return times === 1 ? id : `${id}_d${times}`
}

/** Every way in which the calls are not those that must be there. */
export function differencesOfCalls(
  actual: readonly ToolCall[] | undefined,
  expected: readonly ExpectedCall[],
): string[] {
  if (expected.length === 0)
    return actual === undefined ? [] : [`tool_calls is ${JSON.stringify(actual)}, not absent`]
  const calls = actual ?? []
  if (calls.length !== expected.length) {
    return [`${calls.length} tool calls (${calls.map(nameOf).join(', ')}), not ${expected.length}`]
  }
  const found = calls.flatMap((call, at) => differencesOfCall(call, expected[at], at))
  if (new Set(calls.map((call) => call.id)).size !== calls.length) found.push('two tool calls share an id')
  return found
}

function differencesOfCall(call: ToolCall, expected: ExpectedCall | undefined, at: number): string[] {
  if (expected === undefined) return []
  const found: string[] = []
  const check = (name: string, value: unknown, isRight: boolean, wanted: unknown): void => {
    if (!isRight)
      found.push(`tool_calls[${at}].${name} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`)
  }
  const sent = call.type === 'custom' ? call.custom.input : call.function.arguments
  const { id, name, kind } = expected
  check(
    'id',
    call.id,
    id === undefined ? typeof call.id === 'string' && call.id !== '' : call.id === id,
    id ?? 'any',
  )
  check('name', nameOf(call), nameOf(call) === name, name)
  check('type', call.type, call.type === kind || kind === 'custom', kind)
  check('arguments', sent, hasArguments(sent, expected), expected.arguments)
  if (call.type === 'function' && kind === 'function') {
    const isBroken = parse(sent) === undefined
    if (isBroken && !call.invalid)
      found.push(`tool_calls[${at}] has broken arguments and is not marked invalid`)
  }
  return found
}

function hasArguments(sent: string, { arguments: wanted, isPrinted }: ExpectedCall): boolean {
  if (sent === wanted) return true
  const [left, right] = [parse(sent), parse(wanted)]
  return (
    isPrinted &&
    left !== undefined &&
    right !== undefined &&
    JSON.stringify(left.value) === JSON.stringify(right.value)
  )
}

function nameOf(call: ToolCall): string {
  return call.type === 'custom' ? call.custom.name : call.function.name
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
