// Turns what the rounds gave into values, ratios inside a round, and verdicts.

import { summarise } from './statistics.mjs'

/**
 * @typedef {object} Row
 * @property {string} metric
 * @property {string} contestant
 * @property {string} title
 * @property {{ median: number, min: number, max: number }} [value]
 * @property {{ median: number, min: number, max: number }} [ratio] to the reference in the same round
 * @property {{ median: number, min: number, max: number }} [added] to the reference in the same round
 * @property {string} [target]
 * @property {'met' | 'not met' | 'not measured'} [verdict]
 * @property {boolean} [uncertain] the target lies inside the spread
 * @property {string} [error]
 * @property {object[]} rounds
 */

/**
 * Sums up one metric.
 * @param {import('./metrics.mjs').Metric} metric
 * @param {import('./contestants/index.mjs').Contestant[]} contestants
 * @param {Record<string, any>[]} rounds for each round, what each contestant gave
 * @returns {Row[]}
 */
export function summariseMetric(metric, contestants, rounds) {
  const reference = contestants.find((contestant) => contestant.reference)
  return contestants.map((contestant) => {
    const results = rounds.map((round) => round[contestant.id])
    const row = { metric: metric.id, contestant: contestant.id, title: contestant.title, rounds: results }
    const error = findError(contestant, reference, rounds)
    if (error !== undefined) return { ...row, error, ...judge(metric, contestant, undefined) }
    const value = summarise(results.map((result) => result.value * metric.scale))
    if (metric.target.of === 'value') return { ...row, value, ...judge(metric, contestant, value) }
    if (metric.target.of === 'added') {
      const added = (round) => (round[contestant.id].value - round[reference.id].value) * metric.scale
      const spread = summarise(rounds.map(added))
      return { ...row, value, added: spread, ...judge(metric, contestant, spread) }
    }
    const ratio = summarise(rounds.map((round) => round[contestant.id].value / round[reference.id].value))
    return { ...row, value, ratio, ...judge(metric, contestant, ratio) }
  })
}

// One failed round spoils the row: a median over the rounds that happened to work would flatter it.
function findError(contestant, reference, rounds) {
  for (const round of rounds) {
    const result = round[contestant.id]
    if (result.error !== undefined) return result.error
    if (round[reference.id].error !== undefined) return `the reference failed: ${round[reference.id].error}`
    const expected = round[reference.id].check
    if (expected !== undefined && result.check !== expected) {
      return `wrong answer: ${result.check} characters where the reference has ${expected}`
    }
  }
  return undefined
}

function judge({ target }, contestant, spread) {
  const limit = target.atMost ?? target.atLeast
  if (!contestant.judged || limit === undefined) return {}
  const shown = `${target.atMost === undefined ? '≥' : '≤'} ${limit}${target.of === 'added' ? ' added' : ''}`
  if (spread === undefined) return { target: shown, verdict: 'not measured' }
  const isMet = target.atMost === undefined ? spread.median >= limit : spread.median <= limit
  const uncertain = spread.min < limit && limit < spread.max
  return { target: shown, verdict: isMet ? 'met' : 'not met', uncertain }
}
