// Checks free-form JSON: schemas and fields whose form only the provider knows.

import { invalid } from './check.js'

/** Beyond any schema in use, and well before recursion fails here or in `JSON.stringify`. */
const deepest = 256

/** What stands in the way of sending a value, and where in it. */
interface Fault {
  readonly path: string
  readonly why: string
}

/** Its place is told by the first step alone: hundreds of them would help nobody. */
const tooDeep: Fault = { path: '', why: `holds itself, or is nested deeper than ${deepest} levels.` }

/**
 * The value, if JSON can carry it. Throws `invalid-request` naming the place at fault. It walks the structure and reads
 * no text, so that long ones cost nothing.
 */
export function jsonAt<Value>(value: Value, field: string): Value {
  const fault = faultIn(value, deepest)
  if (fault !== undefined) throw invalid(`${field}${fault.path.slice(0, 200)}`, fault.why)
  return value
}

function faultIn(value: unknown, levels: number): Fault | undefined {
  switch (typeof value) {
    case 'bigint':
    case 'function':
    case 'symbol':
      return { path: '', why: `is a ${typeof value}, which JSON cannot carry.` }
    case 'number':
      return Number.isFinite(value) ? undefined : { path: '', why: `is ${value}, which JSON cannot carry.` }
    case 'object':
      return value === null ? undefined : faultInObject(value, levels)
    default:
      return undefined
  }
}

function faultInObject(value: object, levels: number): Fault | undefined {
  if (levels === 0) return tooDeep
  if ('toJSON' in value && typeof value.toJSON === 'function') return faultIn(value.toJSON(), levels - 1)
  for (const [name, entry] of Object.entries(value)) {
    const fault = faultIn(entry, levels - 1)
    if (fault === undefined) continue
    if (fault === tooDeep && levels < deepest) return fault
    const step = Array.isArray(value) ? `[${name}]` : `.${name.slice(0, 64)}`
    return { path: `${step}${fault.path}`, why: fault.why }
  }
  return undefined
}
