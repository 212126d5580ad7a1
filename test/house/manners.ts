// The rules about a single file: its size, its name, its first line, and what may not stand in it.
import type { SourceFile } from './source.js'

/** The most lines that a file of src may have. */
export const maxLines = 320

const generated = /^\/\/ Generated .*`(npm run|npx|node) [^`]+`/

/** Files with more lines than fit on a few screens, unless generated or on the list (path -> reason). */
export function findLongFiles(files: readonly SourceFile[], reasons: ReadonlyMap<string, string>): string[] {
  return files
    .filter(
      (file) =>
        file.lines.length > maxLines && !generated.test(file.lines[0] ?? '') && !reasons.has(file.path),
    )
    .map(
      (file) =>
        `src/${file.path} has ${file.lines.length} lines, at most ${maxLines}: look for its second subject`,
    )
}

/** Entries of that list which no longer have a reason to stand on it. */
export function findStaleReasons(
  files: readonly SourceFile[],
  reasons: ReadonlyMap<string, string>,
): string[] {
  const long = new Set(files.filter((file) => file.lines.length > maxLines).map((file) => file.path))
  return [...reasons.keys()].filter((path) => !long.has(path))
}

/** Re-exports outside the package entries, and `export *` anywhere. `entries` are paths from the root of src. */
export function findBarrels(files: readonly SourceFile[], entries: readonly string[]): string[] {
  return files.flatMap((file) => [
    ...file.starExports.map((line) => `src/${file.path}:${line} exports *: name what it hands on`),
    ...(entries.includes(file.path) ? [] : file.reExports).map(
      (line) => `src/${file.path}:${line} re-exports, but is no entry in package.json`,
    ),
  ])
}

/** Files that do not begin with one sentence on what they hold. A command may have its `#!` line before it. */
export function findMissingSentences(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const [first = '', second = ''] = file.lines
    const sentence = first.startsWith('#!') ? second : first
    return /^(\/\/|\/\*\*?) ?\S+ \S+ .*\S[.](?: \*\/)?$/.test(sentence)
      ? []
      : [`src/${file.path}:1 is no comment with one whole sentence on what the file holds`]
  })
}

/** Uses of the type `any`. */
export function findAnyTypes(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => file.anyTypes.map((line) => `src/${file.path}:${line} says any`))
}

/** Files and folders whose name says nothing about what they hold. */
export function findDrawers(paths: readonly string[]): string[] {
  return paths
    .filter((path) =>
      path.split('/').some((part) => /^(.+[-.])?(utils?|helpers?|common)([-.].+)?$/i.test(part)),
    )
    .map((path) => `${path} is a drawer: name it after what it holds`)
}

/** A file of the repository with its text. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

// Written so that this file does not contain what it looks for.
const unfinished = /\b(?:TO(?=D)DO|FIX(?=M)ME)\b/
const machinePath =
  /(?<![\w.@~:-])\/(?:work|root|home\/[a-z][\w-]*|Users\/\w+|var\/folders|tmp\/[\w.-]+)\/|\b[A-Z]:\\Users\\/
const registryHost =
  /\bregistry\.(?:[\w-]+\.)+[a-z]{2,}\b(?=[:/'"`\s)]|$)|\bnpm\.pkg\.github\b|:\/\/(?!www\.npmjs\.com)[^\s/'"`]*(?:npm|registry|artifactory|verdaccio)[^\s/'"`]*/i

/** Words that mark unfinished work. */
export function findUnfinishedWork(files: readonly TextFile[]): string[] {
  return findLines(files, unfinished, 'marks unfinished work')
}

/** Paths that exist on one machine only. */
export function findMachinePaths(files: readonly TextFile[]): string[] {
  return findLines(files, machinePath, 'names a path of one machine')
}

/** Hosts of package registries: which one is used is the business of each machine. */
export function findRegistryHosts(files: readonly TextFile[]): string[] {
  return findLines(files, registryHost, 'names a package registry')
}

function findLines(files: readonly TextFile[], pattern: RegExp, fault: string): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${fault}`] : [])),
  )
}
