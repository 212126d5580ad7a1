// `npm run bench:routing`: how well the classifier orders prompts, beside prompt length and a keyword heuristic.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { levels } from '../../src/core/level.js'
import { Classifier } from '../../src/routing/classifier/classify.js'
import { Reader } from '../../src/routing/classifier/sight.js'
import { ruleShare } from '../../src/routing/classifier/trained.js'
import { acceptancePrompts } from '../../test/routing/classifier/acceptance-prompts.js'
import { apgr, difference, type Estimate, rank } from './apgr.js'
import { crossValidated, scored, shippedWay, type Way, withoutCopies } from './cross-validation.js'
import { folder, hasData, labelledFiles, type Row, readRows, trainingFiles } from './data.js'
import { keywordHeuristic, promptLength } from './rivals.js'

const rivals = [promptLength, keywordHeuristic]
const featuresAlone: Way = { ...shippedWay, wordShare: 0, ruleShare: 0 }
/** The shipped way, and what was tried beside it. */
const ways: readonly (Way & { readonly name: string })[] = [
  { ...featuresAlone, name: 'features fitted freely (pull 100 towards zero)', pull: 100, priorUnit: 0 },
  { ...featuresAlone, name: 'features, pull 3,000 towards zero', pull: 3_000, priorUnit: 0 },
  { ...featuresAlone, name: 'features, pull 3,000 towards the priors', pull: 3_000 },
  { ...featuresAlone, name: 'features, pull 40,000 towards the priors', pull: 40_000 },
  { ...featuresAlone, name: 'features as shipped, alone' },
  { ...featuresAlone, name: 'features as shipped, rules at 0.1', ruleShare: 0.1 },
  { ...featuresAlone, name: 'features as shipped, rules at half weight', ruleShare },
  { ...shippedWay, name: 'words alone', featureShare: 0, ruleShare: 0 },
  { ...shippedWay, name: 'words, rules at half weight', featureShare: 0 },
  { ...shippedWay, name: 'words and free features, rules at half weight', pull: 100, priorUnit: 0 },
  { ...shippedWay, name: 'words and features as shipped, without the rules', ruleShare: 0 },
  { ...shippedWay, name: 'as shipped' },
]
const source = join(import.meta.dirname, '../../src/routing/classifier')

if (hasData()) compare()
else console.log(`SKIPPED: no routing data in ${folder} (set ROUTING_DIR).`)
showAcceptance()
showSizeAndSpeed()

function compare(): void {
  const reader = new Reader()
  const rows = trainingFiles.flatMap((file) => readRows(file, reader))
  console.log('APGR (0.5 is chance), with 95 % intervals of the differences (1,000 bootstraps over groups)\n')
  for (const file of labelledFiles) {
    const tested = rows.filter((row) => row.file === file)
    const found = crossValidated(rows, tested)
    show(`${file}, by groups`, tested, found)
    if (file === 'mmlu-dev') {
      // One of 27 subjects, but a sixth of the rows, and all alike: much of any difference is theirs.
      const kept = tested.flatMap((row, at) => (row.group === 'moral_scenarios' ? [] : [at]))
      show(
        'mmlu-dev without moral_scenarios',
        kept.flatMap((at) => tested[at] ?? []),
        kept.map((at) => found[at] ?? 0),
      )
    }
    const others = rows.filter((row) => row.file !== file)
    show(`${file}, never seen`, tested, scored(tested, withoutCopies(others, tested)))
  }
  console.log(
    '\nA score that knows the mean gain of each group, which no router can: how far ahead of prompt length',
  )
  for (const file of labelledFiles) {
    const tested = rows.filter((row) => row.file === file)
    console.log(`${file} ${againstLength(tested, groupMeans(tested))}`)
  }
  console.log('\nWay by way, by groups: APGR, and how far ahead of prompt length')
  for (const way of ways) {
    const parts = labelledFiles.map((file) => {
      const tested = rows.filter((row) => row.file === file)
      return `${file} ${againstLength(tested, crossValidated(rows, tested, way))}`
    })
    console.log(`${way.name}: ${parts.join(' | ')}`)
  }
  const chat = readRows('chat-dev', reader)
  console.log('')
  for (const kind of ['arena', 'alpaca']) {
    const tested = chat.filter((row) => row.group.startsWith(kind))
    show(`chat-dev ${kind}, never trained on`, tested, scored(tested, rows))
  }
  showTransfer(rows, chat)
}

/** APGR on what training has never seen, way by way: a file left out as a whole, or chat. The mean leaves alpaca out. */
function showTransfer(rows: readonly Row[], chat: readonly Row[]): void {
  const sets = [...labelledFiles, 'gsm8k-train-dev'].map((file) => {
    const tested = rows.filter((row) => row.file === file)
    const others = rows.filter(
      (row) => row.file !== file && (file !== 'gsm8k-train-dev' || row.group !== 'gsm8k'),
    )
    return { name: file, tested, training: withoutCopies(others, tested) }
  })
  const [mmlu] = sets
  if (mmlu === undefined) return
  const withoutLargest = mmlu.tested.filter((row) => row.group !== 'moral_scenarios')
  sets.push({ ...mmlu, name: 'mmlu-dev without moral_scenarios', tested: withoutLargest })
  for (const name of ['arena', 'alpaca'])
    sets.push({ name, tested: chat.filter((row) => row.group.startsWith(name)), training: [...rows] })
  console.log('\nNever seen, way by way')
  const line = (name: string, scoresOf: (set: (typeof sets)[number]) => readonly number[]): void => {
    const found = sets.map((set) =>
      apgr(
        rank(scoresOf(set)),
        set.tested.map((row) => row.gain),
      ),
    )
    const mean = found.slice(0, -1).reduce((sum, value) => sum + value, 0) / (sets.length - 1)
    const parts = sets.map((set, at) => `${set.name} ${found[at]?.toFixed(3)}`)
    console.log(`${name}: mean ${mean.toFixed(4)} | ${parts.join(' | ')}`)
  }
  for (const rival of rivals) line(rival.name, ({ tested }) => tested.map((row) => rival.score(row.prompt)))
  line('rules alone', ({ tested }) => tested.map((row) => row.rulePoints))
  for (const way of ways) line(way.name, ({ tested, training }) => scored(tested, training, way))
}

function show(title: string, rows: readonly Row[], scores: readonly number[]): void {
  const gains = rows.map((row) => row.gain)
  const groups = rows.map((row) => row.group)
  const own = rank(scores)
  const parts = rivals.map((rival) => {
    const theirs = rank(rows.map((row) => rival.score(row.prompt)))
    return `${rival.name} ${apgr(theirs, gains).toFixed(3)}, ahead by ${shown(difference(own, theirs, gains, groups))}`
  })
  const rules = apgr(rank(rows.map((row) => row.rulePoints)), gains).toFixed(3)
  console.log(`${title}: ${apgr(own, gains).toFixed(3)} | ${parts.join(' | ')} | rules alone ${rules}`)
}

function groupMeans(rows: readonly Row[]): number[] {
  const sums = new Map<string, { gain: number; count: number }>()
  for (const { group, gain } of rows) {
    const sum = sums.get(group) ?? { gain: 0, count: 0 }
    sums.set(group, { gain: sum.gain + gain, count: sum.count + 1 })
  }
  return rows.map(({ group }) => {
    const sum = sums.get(group)
    return sum === undefined ? 0 : sum.gain / sum.count
  })
}

function againstLength(rows: readonly Row[], scores: readonly number[]): string {
  const gains = rows.map((row) => row.gain)
  const own = rank(scores)
  const length = rank(rows.map((row) => promptLength.score(row.prompt)))
  const ahead = difference(
    own,
    length,
    gains,
    rows.map((row) => row.group),
  )
  return `${apgr(own, gains).toFixed(3)} ${shown(ahead)}`
}

function shown({ value, low, high }: Estimate): string {
  const signed = (number: number): string => `${number < 0 ? '' : '+'}${number.toFixed(3)}`
  return `${signed(value)} (${signed(low)} to ${signed(high)})`
}

function showAcceptance(): void {
  const classifier = new Classifier()
  const judges = [
    {
      name: 'classifier',
      level: (prompt: string) => classifier.classify({ messages: [{ role: 'user', content: prompt }] }).level,
    },
    ...rivals,
  ]
  console.log(`\nAcceptance prompts (${acceptancePrompts.length})`)
  for (const judge of judges) {
    let exact = 0
    let far = 0
    for (const { prompt, level } of acceptancePrompts) {
      const distance = Math.abs(levels.indexOf(judge.level(prompt)) - levels.indexOf(level))
      if (distance === 0) exact += 1
      if (distance > 1) far += 1
    }
    const share = Math.round((100 * exact) / acceptancePrompts.length)
    console.log(`${judge.name}: ${exact} exact (${share} %), ${far} off by more than one level`)
  }
}

function showSizeAndSpeed(): void {
  const texts = readdirSync(source).map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }))
  const bytes = (matches: (file: string) => boolean): string => {
    const joined = texts
      .filter(({ file }) => matches(file))
      .map(({ text }) => text)
      .join('')
    return `${Buffer.byteLength(joined).toLocaleString('en')} bytes (${gzipSync(joined).length.toLocaleString('en')} zipped)`
  }
  console.log(
    `\nweights ${bytes((file) => file === 'weights.ts')}, vocabulary ${bytes((file) => file.startsWith('vocabulary'))}, all sources ${bytes(() => true)}`,
  )
  const classifier = new Classifier()
  const sentence =
    'The clerk asked whether the parcel could still be sent on Friday, and how much that would cost. '
  for (const [title, prompt, times] of [
    ['415 characters', sentence.repeat(5).slice(0, 415), 20_000],
    ['100 KB', sentence.repeat(1_200).slice(0, 102_400), 2_000],
  ] as const) {
    const question = { messages: [{ role: 'user' as const, content: prompt }] }
    for (let run = 0; run < times; run += 1) classifier.classify(question)
    const before = process.cpuUsage()
    for (let run = 0; run < times; run += 1) classifier.classify(question)
    const { user, system } = process.cpuUsage(before)
    console.log(`${title}: ${((user + system) / times).toFixed(1)} µs of CPU`)
  }
}
