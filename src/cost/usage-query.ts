// What may be asked of the usage records, and how a question is checked.

import { ByokError, isByokError } from '../core/errors.js'
import type { RecordFilter, RecordOutcome } from '../core/usage-record.js'
import { ZonedTime } from './zoned-time.js'

/** What records can be summed by. */
export type UsageGroupName =
  | 'provider'
  | 'model'
  | 'requestedModel'
  | 'tenant'
  | 'user'
  | 'agent'
  | 'run'
  | 'tag'
  | 'day'
  | 'hour'
  | 'outcome'
  /** The fingerprint of the key that paid. */
  | 'key'
  | 'credentialSource'
  | 'level'

/** A moment: a date, milliseconds since 1970, or ISO text; text without an offset is meant in the query's time zone. */
export type Moment = Date | number | string

/** Which usage records are asked for, and how they are summed. What is not given does not matter. */
export interface UsageQuery extends Omit<RecordFilter, 'from' | 'to'> {
  /** From this moment on. */
  readonly from?: Moment
  /** Before this moment. */
  readonly to?: Moment
  /** One group for each value, or for each combination of values. @default no groups, only the total */
  readonly groupBy?: UsageGroupName | readonly UsageGroupName[]
  /** An IANA name. Days and hours are counted in it. @default 'UTC' */
  readonly timeZone?: string
  /** The most records in the answer; sums are over all of them, whatever it is. @default 100 */
  readonly limit?: number
}

/** A query that has been checked. */
export interface CheckedUsageQuery {
  readonly filter: RecordFilter
  readonly groupBy: readonly UsageGroupName[]
  readonly zone: ZonedTime
  readonly limit: number
}

const groupNames: readonly UsageGroupName[] = [
  'provider',
  'model',
  'requestedModel',
  'tenant',
  'user',
  'agent',
  'run',
  'tag',
  'day',
  'hour',
  'outcome',
  'key',
  'credentialSource',
  'level',
]
const textNames = ['tenant', 'user', 'agent', 'session', 'run', 'tag', 'provider', 'model'] as const
const outcomes: readonly RecordOutcome[] = ['success', 'failure', 'aborted', 'uncertain']
const known = ['from', 'to', ...textNames, 'outcome', 'groupBy', 'timeZone', 'limit']
const defaultLimit = 100

/** Reads a query that a caller gave. What cannot be used is `invalid-request`, and names the field. */
export function checkUsageQuery(query: unknown): CheckedUsageQuery {
  if (typeof query !== 'object' || query === null || Array.isArray(query))
    throw invalid('query', 'must be an object.')
  try {
    return read(query as Readonly<Record<string, unknown>>) // just checked
  } catch (cause) {
    if (isByokError(cause)) throw cause
    throw new ByokError('invalid-request', 'query: reading it failed.', { field: 'query', cause })
  }
}

function read(query: Readonly<Record<string, unknown>>): CheckedUsageQuery {
  const unknown = Object.keys(query).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw invalid(unknown.slice(0, 64), `there is no such field. Known are ${known.join(', ')}.`)
  const zone = zoneOf(query.timeZone)
  const from = momentAt(query.from, 'from', zone)
  const to = momentAt(query.to, 'to', zone)
  if (from !== undefined && to !== undefined && to < from) throw invalid('to', 'is before `from`.')
  const outcome = outcomeOf(query.outcome)
  const filter: { -readonly [Name in keyof RecordFilter]: RecordFilter[Name] } = {}
  if (from !== undefined) filter.from = from
  if (to !== undefined) filter.to = to
  if (outcome !== undefined) filter.outcome = outcome
  for (const name of textNames) {
    const text = textAt(query[name], name)
    if (text !== undefined) filter[name] = text
  }
  return { filter, groupBy: groupsOf(query.groupBy), zone, limit: limitOf(query.limit) }
}

function zoneOf(timeZone: unknown): ZonedTime {
  const name = textAt(timeZone, 'timeZone') ?? 'UTC'
  try {
    return new ZonedTime(name)
  } catch (cause) {
    throw invalid('timeZone', 'there is no such time zone. Give an IANA name, as "Europe/Berlin".', cause)
  }
}

function momentAt(value: unknown, field: string, zone: ZonedTime): number | undefined {
  if (value === undefined) return undefined
  const at =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? zone.momentOf(value) : value
  if (typeof at !== 'number' || !(Math.abs(at) <= 8.64e15))
    throw invalid(
      field,
      'must be a date, milliseconds since 1970, or ISO text as "2026-11-21" or "2026-11-21T14:30Z".',
    )
  return at
}

/** Empty text is refused: it is a value that somebody forgot to set. */
function textAt(value: unknown, field: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') throw invalid(field, 'must be text, and not empty.')
  return value
}

function outcomeOf(value: unknown): RecordOutcome | undefined {
  if (value === undefined) return undefined
  const outcome = outcomes.find((word) => word === value)
  if (outcome === undefined) throw invalid('outcome', `must be one of ${outcomes.join(', ')}.`)
  return outcome
}

function groupsOf(value: unknown): readonly UsageGroupName[] {
  if (value === undefined) return []
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  const groups = names.map((name) => groupNames.find((word) => word === name))
  if (!groups.every((name) => name !== undefined))
    throw invalid('groupBy', `must be one or several of ${groupNames.join(', ')}.`)
  return [...new Set(groups)]
}

function limitOf(value: unknown): number {
  if (value === undefined) return defaultLimit
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw invalid('limit', 'must be a whole number, at least 0.')
  return value
}

function invalid(field: string, why: string, cause?: unknown): ByokError {
  return new ByokError('invalid-request', `${field}: ${why}`, { field, cause })
}
