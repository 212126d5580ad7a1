// Shows each rule of the house failing on a small made-up source, and passing beside it.
import { describe, expect, it } from 'vitest'
import { findEagerImports, findForbiddenImports, findLoops, findUnknownPlaces } from './floors.js'
import {
  findAnyTypes,
  findBarrels,
  findDrawers,
  findLongFiles,
  findMachinePaths,
  findMissingSentences,
  findRegistryHosts,
  findStaleReasons,
  findUnfinishedWork,
} from './manners.js'
import { readSource, type SourceFile } from './source.js'

function house(files: Record<string, string>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => readSource(path, text))
}

describe('floors', () => {
  it('reports a folder that no floor knows', () => {
    expect(findUnknownPlaces(house({ 'core/money.ts': '', 'magic/wand.ts': '', 'stray.ts': '' }))).toEqual([
      'src/magic has no floor: give it one in test/house/floors.ts',
      'src/stray.ts has no floor: give it one in test/house/floors.ts',
    ])
  })

  it.each([
    ['a value', `import { run } from '../pipeline/run.js'`],
    ['a type', `import type { Run } from '../pipeline/run.js'`],
    ['a type in passing', `export type Run = import('../pipeline/run.js').Run`],
    ['something on first use', `export const load = () => import('../pipeline/run.js')`],
    ['a re-export', `export { run } from '../pipeline/run.js'`],
  ])('reports an import upward of %s', (_, text) => {
    const files = house({ 'core/money.ts': text, 'pipeline/run.ts': '' })
    expect(findForbiddenImports(files)).toEqual(['src/core/money.ts:1 imports up: pipeline/run.ts'])
  })

  it('reports an import from another folder of the same floor', () => {
    const files = house({ 'wire/sse.ts': `\nimport { fold } from '../stream/fold.js'`, 'stream/fold.ts': '' })
    expect(findForbiddenImports(files)).toEqual(['src/wire/sse.ts:2 imports sideways: stream/fold.ts'])
  })

  it('reports an import of a missing file, of a file outside src, and of the package itself', () => {
    const files = house({
      'core/money.ts': `import '../../package.json'\nimport './gone.js'\nimport './money'\nimport 'byok-handler/testing'`,
    })
    expect(findForbiddenImports(files)).toEqual([
      'src/core/money.ts:1 imports ../../package.json, which is outside src',
      'src/core/money.ts:2 imports ./gone.js, which does not exist (the suffix is .js)',
      'src/core/money.ts:3 imports ./money, which does not exist (the suffix is .js)',
      'src/core/money.ts:4 imports the package itself',
    ])
  })

  it('lets a file import its own folder, any lower floor, and packages', () => {
    const files = house({
      'core/money.ts': '',
      'wire/sse.ts': `import './json.js'\nimport '../core/money.js'`,
      'wire/json.ts': '',
      'handler.ts': `import './wire/sse.js'\nimport 'eventemitter3'`,
      'index.ts': `import './handler.js'`,
    })
    expect(findForbiddenImports(files)).toEqual([])
    expect(findUnknownPlaces(files)).toEqual([])
  })

  it('reports a loop of types across three files, once', () => {
    const files = house({
      'core/a.ts': `import type { B } from './b.js'`,
      'core/b.ts': `import { C } from './c.js'`,
      'core/c.ts': `export const later = () => import('./a.js')`,
      'core/d.ts': `import './a.js'\nimport './b.js'`,
    })
    expect(findLoops(files)).toEqual(['core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts'])
  })

  it('sees no loop where two ways lead to the same file', () => {
    const files = house({
      'core/a.ts': `import './b.js'\nimport './c.js'`,
      'core/b.ts': `import './c.js'`,
      'core/c.ts': '',
    })
    expect(findLoops(files)).toEqual([])
  })

  it('reports modules of Node and SDKs that load together with the entry, however deep', () => {
    const files = house({
      'index.ts': `export { fold } from './stream/fold.js'`,
      'stream/fold.ts': `import { hash } from '../core/hash.js'\nimport OpenAI from 'openai'`,
      'core/hash.ts': `import { createHash } from 'node:crypto'\nimport { type Stats } from 'fs'`,
    })
    expect(findEagerImports(files, 'index.ts')).toEqual([
      'src/stream/fold.ts:2 loads openai together with src/index.ts',
      'src/core/hash.ts:1 loads node:crypto together with src/index.ts',
      'src/core/hash.ts:2 loads fs together with src/index.ts',
    ])
  })

  it('lets them load on first use, and lets their types be named', () => {
    const files = house({
      'index.ts': `import './net/dns.js'\nimport 'eventemitter3'\nimport type OpenAI from 'openai'`,
      'net/dns.ts': `import type { LookupAddress } from 'node:dns'\nconst dns = () => import('node:dns')\nimport('./socket.js')`,
      'net/socket.ts': `import 'node:net'`,
    })
    expect(findEagerImports(files, 'index.ts')).toEqual([])
  })
})

describe('files', () => {
  it('reports a long file unless it is generated or has a reason, and a reason that no longer holds', () => {
    const body = '\nconst x = 1'.repeat(320)
    const files = house({
      'core/long.ts': `// Too much.${body}\n`,
      'core/excused.ts': `// Too much.${body}`,
      'catalogue/snapshot.ts': `// Generated by \`npm run catalogue\`, do not edit.${body}`,
      'core/full.ts': `// Just enough.${body.slice('\nconst x = 1'.length)}\n`,
    })
    const reasons = new Map([
      ['core/excused.ts', 'a table'],
      ['core/full.ts', 'was long once'],
    ])
    expect(findLongFiles(files, reasons)).toEqual([
      'src/core/long.ts has 321 lines, at most 320: look for its second subject',
    ])
    expect(findStaleReasons(files, reasons)).toEqual(['core/full.ts'])
  })

  it('reports re-exports outside entries, also in two steps, and export * even in entries', () => {
    const files = house({
      'index.ts': `export { a } from './core/a.js'\nexport * from './core/a.js'`,
      'core/index.ts': `export type { A } from './a.js'`,
      'core/b.ts': `import { a } from './a.js'\nexport { a as b }`,
      'core/c.ts': `export * as all from './a.js'`,
      'core/d.ts': `import { a } from './a.js'\nconst d = a\nexport { d }`,
      'core/a.ts': '',
    })
    expect(findBarrels(files, ['index.ts'])).toEqual([
      'src/index.ts:2 exports *: name what it hands on',
      'src/core/index.ts:1 re-exports, but is no entry in package.json',
      'src/core/b.ts:2 re-exports, but is no entry in package.json',
      'src/core/c.ts:1 exports *: name what it hands on',
      'src/core/c.ts:1 re-exports, but is no entry in package.json',
    ])
  })

  it.each([
    ['nothing', ''],
    ['code', `import './a.js'`],
    ['half a sentence', '// Adds up amounts of\n// money.'],
    ['one word', '// Money.'],
    ['a doc comment that goes on', '/**\n * Adds up amounts of money.\n */'],
  ])('reports a file that begins with %s', (_, text) => {
    expect(findMissingSentences(house({ 'core/money.ts': text }))).toHaveLength(1)
  })

  it.each([
    ['a line comment', '// Adds up amounts of money.\n'],
    ['a doc comment', '/** Adds up amounts of money. */\n'],
    ['the line that makes it a command', '#!/usr/bin/env node\n// Adds up amounts of money.'],
  ])('accepts a file that begins with its sentence in %s', (_, text) => {
    expect(findMissingSentences(house({ 'core/money.ts': text }))).toEqual([])
  })

  it('reports any as a type, and not the word', () => {
    const text = `// Takes any value.\nlet a: any\nconst b = 'any' as any\ntype C = Record<string, any[]>\nconst any = 1`
    expect(findAnyTypes(house({ 'core/a.ts': text }))).toEqual([
      'src/core/a.ts:2 says any',
      'src/core/a.ts:3 says any',
      'src/core/a.ts:4 says any',
    ])
  })

  it('reports drawers by file and by folder', () => {
    const drawers = ['src/utils/id.ts', 'src/core/helpers.ts', 'test/common.ts', 'src/wire/string-utils.ts']
    const others = ['src/core/uncommon.ts', 'src/core/utility-bill.ts']
    expect(findDrawers([...drawers, ...others]).map((fault) => fault.split(' ')[0])).toEqual(drawers)
  })
})

describe('texts', () => {
  const lines = (...text: string[]) => [{ path: 'a.md', text: text.join('\n') }]

  it('reports marks of unfinished work, and not words that contain them', () => {
    const marks = [`// ${'TO'}${'DO'}: later`, `// ${'FIX'}${'ME'}`]
    expect(findUnfinishedWork(lines('TODOS', ...marks, 'todo list'))).toEqual([
      'a.md:2 marks unfinished work',
      'a.md:3 marks unfinished work',
    ])
  })

  it('reports paths of one machine, and not addresses or relative paths', () => {
    const paths = [
      ['', 'work', 'main'],
      ['', 'home', 'ada', 'x'],
      ['', 'Users', 'ada', 'x'],
      ['', 'root', '.npmrc'],
    ]
    const bad = paths.map((parts) => parts.join('/'))
    expect(findMachinePaths(lines(...bad)).length).toBe(bad.length)
    expect(
      findMachinePaths(lines('https://host.test/work/1', '../work/x', './home/ada/x', '/v1/root')),
    ).toEqual([])
  })

  it('reports registry hosts, and not the page of a package or code that speaks of a registry', () => {
    const bad = [
      ['registry', 'npmjs', 'org/x'],
      ['registry', 'yarnpkg', 'com'],
      ['//npm', 'pkg', 'github', 'com'],
    ]
    expect(findRegistryHosts(lines(...bad.map((parts) => parts.join('.')))).length).toBe(bad.length)
    expect(
      findRegistryHosts(lines('https://www.npmjs.com/package/x', 'registry.get(name)', 'the registry.')),
    ).toEqual([])
  })
})
