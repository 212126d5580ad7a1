// Holds src to the rules of the house: floors, loops, file sizes, first lines, and what stays out of the repository.
import { describe, expect, it } from 'vitest'
import { listCommands, listEntries } from '../scripts/entries.mjs'
import {
  findEagerImports,
  findForbiddenImports,
  findLoops,
  findUnknownPlaces,
  floors,
} from './house/floors.js'
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
} from './house/manners.js'
import { readTextFiles } from './house/repository.js'
import { readSource } from './house/source.js'

/** Files of src that may be long: path -> the reason. */
const longFiles = new Map<string, string>([])

const texts = readTextFiles()
const sources = texts
  .filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))
  .map(({ path, text }) => readSource(path.slice('src/'.length), text))
const entries = listEntries().map((entry) => entry.source.slice('src/'.length))
const commands = listCommands().map((source) => source.slice('src/'.length))

describe('the source', () => {
  it('is there to be looked at', () => {
    expect(sources.length).toBeGreaterThan(0)
    expect(texts.map((file) => file.path)).toContain('package.json')
  })

  it('has every file on a floor', () => {
    expect(findUnknownPlaces(sources)).toEqual([])
    expect(new Set(floors.flat()).size).toBe(floors.flat().length)
  })

  it('imports only from its own folder and from lower floors', () => {
    expect(findForbiddenImports(sources)).toEqual([])
  })

  it('has no import loop', () => {
    expect(findLoops(sources)).toEqual([])
  })

  it('loads no module of Node and no SDK together with the main entry', () => {
    expect(findEagerImports(sources, 'index.ts')).toEqual([])
  })

  it('re-exports in package entries only, name by name', () => {
    expect(findBarrels(sources, [...entries, ...commands])).toEqual([])
  })

  it('has one subject a file, so no file is long', () => {
    expect(findLongFiles(sources, longFiles)).toEqual([])
    expect(findStaleReasons(sources, longFiles)).toEqual([])
  })

  it('says in the first line of each file what it holds', () => {
    expect(findMissingSentences(sources)).toEqual([])
  })

  it('never says any', () => {
    expect(findAnyTypes(sources)).toEqual([])
  })
})

describe('the repository', () => {
  it('has no drawers', () => {
    expect(findDrawers(texts.map((file) => file.path))).toEqual([])
  })

  it('holds no mark of unfinished work', () => {
    expect(findUnfinishedWork(texts)).toEqual([])
  })

  it('names no path of one machine', () => {
    expect(findMachinePaths(texts)).toEqual([])
  })

  it('names no package registry', () => {
    expect(findRegistryHosts(texts)).toEqual([])
  })
})
