// Collects the files of this repository that the house rules look at.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TextFile } from './manners.js'

/** The folder that holds package.json. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const leftOut = new Set(['.git', 'node_modules', 'dist', 'coverage'])

/** Every text file under a folder of the repository, installed and built ones aside, in a stable order. */
export function readTextFiles(folder = ''): TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (leftOut.has(entry.name)) return []
      if (entry.isDirectory()) return readTextFiles(path)
      if (!entry.isFile() || /\.(tgz|log)$/.test(entry.name)) return []
      const text = readFileSync(join(root, path), 'utf8')
      return text.includes('\0') ? [] : [{ path, text }]
    })
}
