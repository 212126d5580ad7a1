// `npm run train-classifier`: fits the classifier's weights on the routing data and writes them, the same bytes each time.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'node:util'
import { featureNames } from '../../src/routing/classifier/features.js'
import { levelPoints } from '../../src/routing/classifier/level-points.js'
import { Reader } from '../../src/routing/classifier/sight.js'
import { folder, hasData, type Row, readRows, trainingFiles } from './data.js'
import { fitWeights, sumOf } from './ridge.js'
import { fitWords, wordSumsOf } from './words.js'

const target = join(import.meta.dirname, '../../src/routing/classifier/weights.ts')
const bins = 100

/** Prints the file instead of writing it: how a test compares it with what is shipped. */
const isPrinted = process.argv.includes('--print')

if (hasData()) train()
else console.log(format('SKIPPED: no routing data in %s (set ROUTING_DIR).', folder))

function train(): void {
  const reader = new Reader()
  const rows = trainingFiles.flatMap((file) => readRows(file, reader))
  const features = fitWeights(rows)
  const sum = meanAndSpread(rows.map((row) => sumOf(row, features)))
  const rules = meanAndSpread(rows.map((row) => row.rulePoints))
  const words = fitWords(rows)
  const wordSum = meanAndSpread(wordSumsOf(rows, words))
  const scores = rows.map(
    (row) => levelPoints(row.rulePoints, (sumOf(row, features) - sum[0]) / sum[1], true) / 4,
  )
  const text = weightsFile(features, { sum, rules, wordSum }, reached(rows, scores), words)
  if (isPrinted) {
    process.stdout.write(text)
    return
  }
  writeFileSync(target, text)
  console.log(format('%d rows of %d files, %d bytes written', rows.length, trainingFiles.length, text.length))
  for (const name of featureNames) console.log(name.padEnd(16), features[name].join('  '))
}

function meanAndSpread(values: readonly number[]): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return [Number(mean.toPrecision(4)), Number(spread.toPrecision(4))]
}

/** How the level scores of the reference mix are spread, each file counted alike, in thousandths. */
function reached(rows: readonly Row[], scores: readonly number[]): number[] {
  const counts = new Array<number>(bins).fill(0)
  const sizes = new Map<string, number>()
  for (const row of rows) sizes.set(row.file, (sizes.get(row.file) ?? 0) + 1)
  for (const [at, row] of rows.entries()) {
    const bin = Math.min(bins - 1, Math.floor((scores[at] ?? 0) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1_000 / (sizes.get(row.file) ?? 1) / trainingFiles.length
  }
  return counts.map((count) => Number(count.toPrecision(3)))
}

function weightsFile(
  features: ReturnType<typeof fitWeights>,
  { sum, rules, wordSum }: Readonly<Record<'sum' | 'rules' | 'wordSum', readonly number[]>>,
  counts: readonly number[],
  words: string,
): string {
  const lines = featureNames.map((name) => `    ${name}: [${features[name].join(', ')}],`)
  return `// Generated from the freely licensed routing data by \`npm run train-classifier\`; not written by hand.

import type { TrainedWeights } from './trained.js'

/** Mean, spread and weight of each feature, the table of words, and how scores fall over the training rows. */
export const trainedWeights: TrainedWeights = {
  features: {
${lines.join('\n')}
  },
  sum: [${sum.join(', ')}],
  rules: [${rules.join(', ')}],
  wordSum: [${wordSum.join(', ')}],
  reached:
    '${counts.join(' ')}',
  words:
    '${words}',
}
`
}
