#!/usr/bin/env node
// The command byok: reads what was asked for, and says what went wrong in one line.

import { realpathSync, type Stats } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isByokError } from '../core/errors.js'
import { textOf } from '../core/safe-text.js'
import { visibleJson, visibleText } from '../core/visible-text.js'
import { checkUsageQuery } from '../cost/usage-query.js'
import { reportPage } from './html.js'
import { openJournal } from './journal.js'
import { buildReport, type ReportQuery } from './report.js'
import { reportText } from './table.js'

const help = `npx -p byok-handler byok report <journal directory> [options]

  What was spent, by tenant, model and day, from the journal of a file store.
  The journal is only read; the app may go on writing to it.

  --out <file>          also write the report as one HTML page
  --from <moment>       records from this moment on: 2026-11-21, or 2026-11-21T14:30
  --to <moment>         records before this moment
  --tenant <name>       only this tenant, and its budgets
  --time-zone <name>    days are counted in it, as Europe/Berlin (default UTC)
  --json                print everything as JSON instead of tables

Where the package is installed, "npx byok" and scripts of package.json find the command as well.

byok --help       this text
byok --version    the version

Exit codes: 0 done, 1 the journal cannot be read or the page not written, 2 not understood.
`

const options = {
  out: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  tenant: { type: 'string' },
  'time-zone': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** What the command cannot make sense of. */
class Misunderstanding extends Error {}

async function run(words: string[]): Promise<void> {
  const { values, positionals } = understood(() =>
    parseArgs({ args: words, options, allowPositionals: true }),
  )
  if (values.help === true) return print(help)
  if (values.version === true) return print(`${await version()}\n`)
  const [command, directory, ...more] = positionals
  if (command === undefined) throw new Misunderstanding('what shall be done? There is one command: report.')
  if (command !== 'report') throw new Misunderstanding(`there is no command "${command}", only report.`)
  if (directory === undefined || directory === '')
    throw new Misunderstanding('report: which journal? Give the directory of the file store.')
  if (more.length > 0) throw new Misunderstanding(`report: one directory, not also "${more[0]}".`)
  const { out } = values
  if (out === '') throw new Misunderstanding('--out: give the name of a file.')
  const query: ReportQuery = {
    ...(values.from === undefined ? {} : { from: values.from }),
    ...(values.to === undefined ? {} : { to: values.to }),
    ...(values.tenant === undefined ? {} : { tenant: values.tenant }),
    ...(values['time-zone'] === undefined ? {} : { timeZone: values['time-zone'] }),
  }
  understood(() => checkUsageQuery(query))
  const journal = await openJournal(directory)
  if (out !== undefined) await checkTarget(out, directory)
  const data = await buildReport(journal, query, Date.now())
  if (out !== undefined) await write(out, reportPage(data))
  print(values.json === true ? `${visibleJson(data)}\n` : reportText(data))
  if (out !== undefined) process.stderr.write(`Wrote ${visibleText(out)}\n`)
}

/** What the reading of words throws is the caller's misunderstanding. */
function understood<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (isByokError(error) && error.field !== undefined) {
      const option = error.field === 'timeZone' ? 'time-zone' : error.field
      const why = error.message.slice(error.field.length).replaceAll(/`(from|to)`/g, '`--$1`')
      throw new Misunderstanding(`--${option}${why}`)
    }
    // Node adds hints in further lines and sentences, most of which are of no use here.
    const [what = ''] = textOf(error).split(/\n|\. To specify/)
    const [, option] = /^Option '(--[a-z-]+)' argument is ambiguous/.exec(what) ?? []
    if (option === undefined) throw new Misunderstanding(what)
    throw new Misunderstanding(`${option}: what begins with a dash is written with "=", as ${option}=-x.`)
  }
}

/** Beside the files of a store, a page might take the place of one of them. */
async function checkTarget(out: string, directory: string): Promise<void> {
  const place = dirname(resolve(out))
  const [page, target, journal] = await Promise.all([statOf(resolve(out)), statOf(place), stat(directory)])
  if (target?.isDirectory() !== true)
    throw new Error(`There is no directory "${place}" to write the page into.`)
  if (page?.isDirectory() === true) throw new Error(`"${out}" is a directory: give the name of a file in it.`)
  if (target.ino === journal.ino && target.dev === journal.dev)
    throw new Misunderstanding('--out: not into the directory of the store itself.')
}

/** What stands at a path; `undefined` where nothing does that can be seen. */
async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined)
}

/** Whole or not at all, and readable for its owner only, as the journal is. */
async function write(out: string, page: string): Promise<void> {
  const draft = join(dirname(resolve(out)), `.${basename(out)}.${process.pid}.draft`)
  try {
    await writeFile(draft, page, { mode: 0o600 })
    await rename(draft, resolve(out))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    // The words of the system name the draft, which nobody asked for.
    const why = error instanceof Error && 'code' in error ? error.code : textOf(error)
    throw new Error(`The page cannot be written to "${out}": ${why}.`, { cause: error })
  }
}

/** The version of the package that this file belongs to; a link in `.bin` leads here. */
async function version(): Promise<string> {
  const manifest = join(dirname(realpathSync(process.argv[1] ?? '')), '../../package.json')
  return JSON.parse(await readFile(manifest, 'utf8')).version
}

function print(text: string): void {
  process.stdout.write(text)
}

// Whoever reads only the first lines closes the pipe, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`byok: ${visibleText(error.message)}\n`)
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})
run(process.argv.slice(2)).catch((error: unknown) => {
  const isMisunderstanding = error instanceof Misunderstanding
  const advice = isMisunderstanding ? ' See byok --help.' : ''
  process.stderr.write(`byok: ${visibleText(textOf(error))}${advice}\n`)
  process.exitCode = isMisunderstanding ? 2 : 1
})
