// The recorded answers of providers, as the folder beside the repository lists them.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Dialect } from '../../src/wire/dialect.js'

/** The dialects that recordings are taken for. */
export type DialectId = Dialect<unknown>['id']

/** In the order in which they are reported. */
export const dialectIds: readonly DialectId[] = ['openai-chat', 'openai-responses', 'anthropic-messages']

/** A streamed answer, a whole one, or the body of a failure. */
export type RecordingKind = 'stream' | 'whole' | 'error'

/** A tool call in the provider's own words. */
export interface RecordedCall {
  readonly id?: string | number | null
  readonly name: string
  readonly arguments?: string | null
  readonly custom?: boolean
}

/** What a correct accumulator yields, in the provider's own words. */
export interface RecordedAnswer {
  readonly text: string
  readonly reasoning: string
  readonly refusal?: string
  readonly tool_calls: readonly RecordedCall[]
  readonly finish_reason: string | null
  readonly usage: Readonly<Record<string, unknown>> | null
  readonly id?: string | null
  readonly model?: string | null
  readonly error?: unknown
  readonly terminator?: string | null
}

/** One recorded answer. */
export interface RecordedCase {
  /** `<provider>/<name>`, as the replay server knows it. */
  readonly id: string
  readonly dialect: DialectId
  readonly kind: RecordingKind
  readonly scenario: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The oddities that the body holds. */
  readonly tags: readonly string[]
  readonly body: Buffer
  /** The tools that the request offered; absent where the recording does not keep the request. */
  readonly offeredTools?: readonly unknown[]
  /** Absent for an error body. */
  readonly answer?: RecordedAnswer
}

/** An error body after a provider's documentation. */
export interface DocumentedError {
  readonly provider: string
  readonly api: DialectId
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Everything that stands in the folder for our dialects. */
export interface Recordings {
  readonly folder: string
  readonly cases: readonly RecordedCase[]
  readonly documentedErrors: readonly DocumentedError[]
}

interface IndexEntry {
  readonly provider: string
  readonly name: string
  readonly api: string
  readonly kind: RecordingKind
}

interface Meta {
  readonly body: string
  readonly scenario: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly request?: { readonly tools?: readonly unknown[] }
}

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Where the recordings are looked for. */
export const recordingsFolder = resolve(repository, process.env.RECORDINGS_DIR ?? '../shared/recordings')

/** What to say where there are none. */
export const absenceNotice = `SKIPPED: recordings folder absent (${recordingsFolder}); set RECORDINGS_DIR`

/** Reads every case of our dialects; `undefined` where the folder is absent. */
export function readRecordings(folder = recordingsFolder): Recordings | undefined {
  const index = join(folder, 'index.json')
  if (!existsSync(index)) return undefined
  const entries = readJson(index) as readonly IndexEntry[] // the index is data we did not write, in this documented form
  const known = entries.flatMap((entry) => {
    const dialect = dialectIds.find((id) => id === entry.api)
    return dialect === undefined ? [] : [readCase(folder, entry, dialect)]
  })
  const documented = readJson(join(folder, 'errors-documented.json')) as readonly DocumentedError[] // the same
  return {
    folder,
    cases: known,
    documentedErrors: documented.filter((error) => dialectIds.includes(error.api)),
  }
}

function readCase(folder: string, entry: IndexEntry, dialect: DialectId): RecordedCase {
  const stem = join(folder, entry.provider, entry.name)
  const meta = readJson(`${stem}.meta.json`) as Meta // the documented form
  const tools = meta.request?.tools
  return {
    id: `${entry.provider}/${entry.name}`,
    dialect,
    kind: entry.kind,
    scenario: meta.scenario,
    status: meta.status,
    headers: meta.headers,
    tags: meta.tags,
    body: readFileSync(join(folder, entry.provider, meta.body)),
    ...(Array.isArray(tools) ? { offeredTools: tools } : {}),
    ...(entry.kind === 'error' ? {} : { answer: readJson(`${stem}.expected.json`) as RecordedAnswer }), // the documented form
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** The JSON of each event of a streamed body, in order; what is no JSON is left out. For judging, not for decoding. */
export function jsonEvents(body: Buffer): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = []
  for (const block of body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/(?:\r\n|\r|\n){2,}/)) {
    const data = block
      .split(/\r\n|\r|\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n')
    try {
      const value: unknown = JSON.parse(data)
      if (typeof value === 'object' && value !== null) events.push(value as Record<string, unknown>) // an object has string keys
    } catch {
      // An end mark, a comment, or an event that is broken on purpose.
    }
  }
  return events
}
