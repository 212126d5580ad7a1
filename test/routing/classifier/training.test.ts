// Training: the same bytes each time, and a metric that says what it should.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apgr, difference, rank } from '../../../scripts/classifier/apgr.js'
import { folder } from '../../../scripts/classifier/data.js'

const root = join(import.meta.dirname, '../../..')
const hasData = existsSync(join(folder, 'mmlu-dev.jsonl'))

function train(routingDir: string): string {
  return execFileSync(process.execPath, ['--import', 'tsx', 'scripts/classifier/train.ts', '--print'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ROUTING_DIR: routingDir },
    maxBuffer: 1e7,
  })
}

describe('training', () => {
  it.skipIf(!hasData)(
    'gives the shipped weights, byte for byte (SKIPPED where the routing data are absent)',
    { timeout: 120_000 },
    () => {
      const shipped = readFileSync(join(root, 'src/routing/classifier/weights.ts'), 'utf8')
      expect(train(folder)).toBe(shipped)
      expect(Buffer.byteLength(shipped)).toBeLessThan(16_384)
    },
  )

  it('says plainly where there are no data', { timeout: 60_000 }, () => {
    expect(train(join(root, 'no-such-folder'))).toMatch(/^SKIPPED: no routing data in .*no-such-folder/)
  })
})

describe('APGR', () => {
  const gains = [1, 0, 0, 1, 0, 0, 0, 0]

  it('is 0.5 for a router that cannot tell prompts apart', () => {
    expect(apgr(rank(gains.map(() => 7)), gains)).toBeCloseTo(0.5, 10)
  })

  it('is best where the prompts that gain come first, and worst the other way round', () => {
    expect(apgr(rank(gains), gains)).toBeCloseTo(0.875, 10)
    expect(apgr(rank(gains.map((gain) => -gain)), gains)).toBeCloseTo(0.125, 10)
  })

  it('counts a prompt as often as it is drawn', () => {
    const [once, doubled] = [rank([3, 2, 1]), rank([3, 3, 2, 1])]
    expect(apgr(once, [1, 0, 1], Float64Array.of(2, 1, 1))).toBeCloseTo(apgr(doubled, [1, 1, 0, 1]), 10)
  })

  it('gives a difference with an interval around it, the same each time', () => {
    const many = Array.from({ length: 400 }, (_, at) => (at % 3 === 0 ? 1 : 0))
    const groups = many.map((_, at) => `group ${at % 20}`)
    const good = rank(many.map((gain, at) => gain * 10 + ((at * 7) % 17)))
    const bad = rank(many.map(() => 0))
    const found = difference(good, bad, many, groups)
    expect(found.low).toBeGreaterThan(0)
    expect(found.low).toBeLessThanOrEqual(found.value)
    expect(found.high).toBeGreaterThanOrEqual(found.value)
    expect(difference(good, bad, many, groups)).toEqual(found)
  })
})
