// The scripts' own judgement: how a test run is counted, what tests may see, and which dependencies are refused.
import { describe, expect, it } from 'vitest'
import { findFaults, isAllowedLicence } from '../scripts/check-closure.mjs'
import { listCommands, listEntries } from '../scripts/entries.mjs'
import { stripKeys, summarise } from '../scripts/test-summary.mjs'

const passed = { status: 'passed' }
const failed = { status: 'failed' }

describe('the last line of a test run', () => {
  it('counts what passed and failed', () => {
    const report = { testResults: [{ status: 'failed', assertionResults: [passed, passed, failed] }] }
    expect(summarise(report, 1)).toEqual({ line: '2 passed, 1 failed', hasFailed: true })
  })

  it('names skipped tests only where there are some', () => {
    const assertionResults = [passed, { status: 'skipped' }, { status: 'pending' }, { status: 'todo' }]
    const report = { testResults: [{ status: 'passed', assertionResults }] }
    expect(summarise(report, 0)).toEqual({ line: '1 passed, 0 failed, 3 skipped', hasFailed: false })
  })

  it('counts a file that cannot be loaded as one failure', () => {
    const report = {
      testResults: [
        { status: 'failed', assertionResults: [] },
        { status: 'passed', assertionResults: [passed] },
      ],
    }
    expect(summarise(report, 1).line).toBe('1 passed, 1 failed')
  })

  it('never calls a run good that ended badly, said nothing, or tested nothing', () => {
    const good = { testResults: [{ status: 'passed', assertionResults: [passed] }] }
    expect(summarise(good, 1)).toEqual({ line: '1 passed, 1 failed', hasFailed: true })
    expect(summarise(undefined, 0)).toEqual({ line: '0 passed, 1 failed', hasFailed: true })
    expect(summarise({ testResults: [] }, 0)).toEqual({ line: '0 passed, 1 failed', hasFailed: true })
  })

  it('comes from a run that sees no provider keys', () => {
    const environment = {
      PATH: '/bin',
      OPENAI_API_KEY: 'test-key-openai-0001',
      ANTHROPIC_AUTH_TOKEN: 'test-token',
    }
    expect(stripKeys(environment)).toEqual({ PATH: '/bin' })
  })
})

describe('the closure', () => {
  const harmless = { path: 'node_modules/a', name: 'a', version: '1.0.0', license: 'MIT' }

  it('is fine with few packages, free licences and no install scripts', () => {
    expect(findFaults([harmless, { ...harmless, scripts: { test: 'x', prepare: 'x' } }])).toEqual([])
  })

  it('reports too many packages', () => {
    expect(findFaults(new Array(15).fill(harmless))).toEqual([])
    expect(findFaults(new Array(16).fill(harmless))).toEqual(['16 packages, at most 15 allowed'])
  })

  it('reports packages that run code when installed', () => {
    expect(
      findFaults([
        { ...harmless, scripts: { postinstall: 'node x' } },
        { ...harmless, buildsNatively: true },
      ]),
    ).toEqual([
      'node_modules/a runs code when installed: postinstall',
      'node_modules/a runs code when installed: binding.gyp',
    ])
  })

  it.each(['MIT', '0BSD', 'Apache-2.0', '(MIT OR GPL-3.0-only)', 'MIT AND ISC', 'BlueOak-1.0.0'])(
    'allows %s',
    (licence) => {
      expect(isAllowedLicence(licence)).toBe(true)
    },
  )

  it.each([
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(MIT OR ISC) AND GPL-3.0-only',
    'SEE LICENSE IN x',
    '',
    undefined,
  ])('refuses %s', (licence) => {
    expect(isAllowedLicence(licence)).toBe(false)
  })
})

describe('the entries', () => {
  it('are read from package.json, with the file each one is built from', () => {
    const target = (path: string) => ({ import: { default: path } })
    const manifest = {
      name: 'byok-handler',
      exports: {
        '.': target('./dist/index.js'),
        './stores/file': target('./dist/stores/file.js'),
        './package.json': './package.json',
      },
      bin: { byok: 'dist/cli/index.js' },
    }
    expect(listEntries(manifest)).toEqual([
      { name: 'byok-handler', source: 'src/index.ts' },
      { name: 'byok-handler/stores/file', source: 'src/stores/file.ts' },
    ])
    expect(listCommands(manifest)).toEqual(['src/cli/index.ts'])
  })
})
