// The routing development data: read, and turned into features once.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { measure } from '../../src/routing/classifier/features.js'
import { judge } from '../../src/routing/classifier/rules.js'
import type { Reader } from '../../src/routing/classifier/sight.js'
import { slotOfWord } from '../../src/routing/classifier/trained-words.js'

/** Where the data lie. */
export const folder = resolve(process.env.ROUTING_DIR ?? join(import.meta.dirname, '../../../shared/routing'))

/** The files with outcomes by which routers are compared. */
export const labelledFiles = ['mmlu-dev', 'mmlu-pro-dev', 'multitask-dev'] as const

/** The files that shipped weights are fitted on: those under free licences. */
export const trainingFiles = [...labelledFiles, 'gsm8k-train-dev'] as const

/** A file of the data. */
export type DataFile = (typeof trainingFiles)[number] | 'chat-dev'

/** A prompt, measured, with what became of it. */
export interface Row {
  readonly file: DataFile
  readonly group: string
  readonly prompt: string
  /** The same for prompts that begin alike: copies of a question in two files. */
  readonly copyKey: string
  readonly features: readonly number[]
  /** The places of its words in the table of trained words, each once. */
  readonly slots: readonly number[]
  readonly rulePoints: number
  /** What a strong model gains on it, as the comparison counts it. */
  readonly gain: number
  /** What training aims at. */
  readonly target: number
}

interface Line {
  readonly group: string
  readonly prompt: string
  readonly strong?: number | null
  readonly weak?: number | null
  readonly difficulty?: number | null
  readonly steps?: number
}

/** Whether all files are there. */
export function hasData(): boolean {
  return trainingFiles.every((file) => existsSync(join(folder, `${file}.jsonl`)))
}

/** Reads a file. */
export function readRows(file: DataFile, reader: Reader): Row[] {
  const lines = readFileSync(join(folder, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
  return lines.map((text) => rowOf(file, JSON.parse(text) as Line, reader)) // the README of the data names the fields
}

const noSurroundings = { tools: 0, hasSchema: false, hasPictures: false, hasFiles: false }
/** Steps of a reference solution, on the scale of the other targets. */
const targetOfStep = 0.05

function rowOf(file: DataFile, line: Line, reader: Reader): Row {
  const sight = reader.read(line.prompt)
  const strong = line.strong ?? 0
  const weak = line.weak ?? 0
  const difficulty = line.difficulty ?? 0
  const steps = line.steps ?? 0
  const outcomes = {
    'mmlu-dev': { gain: strong - weak, target: (1 - weak + strong - weak) / 2 },
    'mmlu-pro-dev': { gain: strong - weak, target: (1 - weak + strong - weak) / 2 },
    'multitask-dev': { gain: difficulty, target: difficulty },
    'chat-dev': { gain: strong - weak, target: 0 },
    'gsm8k-train-dev': { gain: steps, target: steps * targetOfStep },
  }
  return {
    file,
    group: line.group,
    prompt: line.prompt,
    copyKey: line.prompt
      .slice(0, 90)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, ''),
    features: measure(sight),
    slots: [...new Set(sight.wordHashes.map(slotOfWord))],
    rulePoints: judge(sight, noSurroundings).points,
    ...outcomes[file],
  }
}
