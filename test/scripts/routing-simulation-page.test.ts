// Holds the words of the routing simulation to its figures: no saving is claimed that an interval does not show.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Outcomes } from '../../scripts/routing-simulation/outcomes.js'
import { fileSummary, titles } from '../../scripts/routing-simulation/page.js'
import { curvePlot } from '../../scripts/routing-simulation/plots.js'
import { hasGap, simulateFile } from '../../scripts/routing-simulation/simulate.js'
import { root } from '../house/repository.js'

const price = { input: 1, output: 1 }

/** Eight groups of twenty questions each: what the two models and the classifier make of every one. */
function outcomesOf(
  ask: (question: number, group: number) => { strong: number; weak: number; score: number },
): Outcomes {
  const asked = Array.from({ length: 8 }, (_, group) =>
    Array.from({ length: 20 }, (_, question) => ({ group: `group ${group}`, ...ask(question, group) })),
  ).flat()
  const cases = asked.map(({ group, strong, weak }) => ({
    group,
    strong,
    weak,
    strongCost: 10_000,
    weakCost: 1_000,
  }))
  return {
    file: 'mmlu-dev',
    cases,
    shortCases: cases,
    scores: asked.map(({ score }) => score),
    lengths: asked.map(() => 100),
    levels: asked.map(({ score }) => (score > 0.5 ? 'complex' : 'simple')),
    strongPrice: price,
    weakPrice: price,
    priceVersion: 'a table',
  }
}

/** Every other question needs the strong model. */
const everyOther = (question: number) => ({ strong: 1, weak: question % 2 })

describe('the words of the routing simulation', () => {
  it('call it a saving where the classifier knows what the strong model gains on', () => {
    const figures = simulateFile(
      outcomesOf((question) => ({ ...everyOther(question), score: 1 - (question % 2) })),
    )
    expect(hasGap(figures)).toBe(true)
    expect(figures.needed.map(({ costs }) => costs[0]?.value)).toEqual(
      [0.5, 0.8, 0.9, 0.95].map((share) => expect.closeTo(0.1 + (0.9 * share) / 2)),
    )
    expect(figures.levels[1]?.outcome).toMatchObject({ strongShare: 0.5, quality: 1, recovered: 1 })
    expect(fileSummary(figures)).toContain('which is a saving. Over the 4 shares below')
    expect(fileSummary(figures)).toContain('cheaper at 4 and dearer at 0 than chance')
  })

  it('call it a loss where the classifier has it the wrong way round', () => {
    const figures = simulateFile(outcomesOf((question) => ({ ...everyOther(question), score: question % 2 })))
    expect(fileSummary(figures)).toContain('which is a loss')
  })

  it('claim nothing where the groups contradict each other', () => {
    const figures = simulateFile(
      outcomesOf((question, group) => ({
        ...everyOther(question),
        score: (question + (group < 5 ? 1 : 0)) % 2,
      })),
    )
    expect(hasGap(figures)).toBe(true)
    expect(figures.needed[2]?.beyondChance.value).toBeLessThan(0)
    expect(fileSummary(figures)).toContain('saves nothing there that could be told from chance')
  })

  it('claim nothing where the strong model is not known to be better', () => {
    const figures = simulateFile(
      outcomesOf((question, group) => ({ strong: group < 5 ? 1 : 0, weak: question % 2, score: question })),
    )
    expect(figures.gap.value).toBeGreaterThan(0)
    expect(hasGap(figures)).toBe(false)
    expect(fileSummary(figures)).toContain('no saving is claimed')
  })
})

describe('the plots of the routing simulation', () => {
  it('have a line for every way to choose, and only numbers in them', () => {
    const figures = simulateFile(
      outcomesOf((question) => ({ ...everyOther(question), score: 1 - (question % 2) })),
    )
    const plot = curvePlot(figures, 'A & B')
    expect(plot).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(plot).toContain('<title>A &amp; B</title>')
    expect(plot).not.toMatch(/NaN|undefined|Infinity/)
    expect(plot.match(/fill="none"/g)).toHaveLength(4)
  })

  it('stand beside their page, each under 30 KB', () => {
    const page = readFileSync(join(root, 'docs/routing-simulation.md'), 'utf8')
    const plots = readdirSync(join(root, 'docs/routing-simulation')).sort()
    expect(plots).toEqual([...Object.keys(titles), 'catalogue'].map((name) => `${name}.svg`).sort())
    for (const plot of plots) {
      expect(page).toContain(`(routing-simulation/${plot})`)
      expect(statSync(join(root, 'docs/routing-simulation', plot)).size).toBeLessThan(30_000)
    }
  })
})
