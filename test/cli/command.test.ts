// The command byok as a process of its own: what it prints, writes and refuses, and how it ends.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { manifest } from '../../scripts/entries.mjs'
import type { ReportData } from '../../src/cli/report.js'
import { encodeLine } from '../../src/stores/file/line.js'
import { root } from '../house/repository.js'
import { freshDirectory } from '../stores/directory.js'
import { buildCommand, type Command } from './command.js'
import { writeJournal } from './journals.js'
import { hostileNames } from './sample.js'

const dayMs = 86_400_000

let command: Command

beforeAll(async () => {
  command = await buildCommand()
}, 60_000)

afterAll(() => command.remove())

/** A journal of two tenants over three days. */
async function someJournal(): Promise<string> {
  const directory = freshDirectory()
  const daily = (tenant: string, limit: number) => ({
    record: { tenant },
    counter: `usd/tenant/${tenant}/total/total`,
    limit,
  })
  await writeJournal(directory, [
    { ...daily('acme', 8e9), cost: 1_500_000_000 },
    { ...daily('globex', 9e9), cost: 2_250_000_000, afterMs: dayMs },
    { ...daily('acme', 8e9), cost: 4_000_000_000, afterMs: dayMs },
  ])
  return directory
}

/** Everything in a directory, byte for byte, and when it was last written. */
function contentsOf(directory: string): unknown {
  return readdirSync(directory).map((name) => {
    const path = join(directory, name)
    return [name, readFileSync(path, 'hex'), statSync(path).mtimeMs]
  })
}

const jsonOf = (stdout: string): ReportData => JSON.parse(stdout)

describe('byok report', () => {
  it('prints what was spent by tenant, model and day, and touches nothing', async () => {
    const directory = await someJournal()
    const before = contentsOf(directory)
    const { code, stdout, stderr } = await command.run('report', directory)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage, days in UTC

       attempts  failed  input  output     cost  no price
Total         3       0     30      60  $7.7500

Tenant  attempts  failed  input  output     cost  no price
acme           2       0     20      40  $5.5000
globex         1       0     10      20  $2.2500

Model               attempts  failed  input  output     cost  no price
openai/gpt-4o-mini         3       0     30      60  $7.7500

Day         attempts  failed  input  output     cost  no price
2026-11-21         1       0     10      20  $4.0000
2026-11-20         1       0     10      20  $2.2500
2026-11-19         1       0     10      20  $1.5000
`)
    expect(stdout).toMatch(/^tenant acme, in total +\$5\.50 +\$8\.00 /m)
    expect(contentsOf(directory)).toEqual(before)
  })

  it('prints all of it as JSON', async () => {
    const { code, stdout, stderr } = await command.run('report', await someJournal(), '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const data = jsonOf(stdout)
    expect(data.total).toMatchObject({ calls: 3, usd: 7.75 })
    expect(data.tenants.map(({ by, usd }) => [by.tenant, usd])).toEqual([
      ['acme', 5.5],
      ['globex', 2.25],
    ])
    expect(data.budgets.map(({ who, limit, committed }) => [who, limit, committed])).toEqual([
      [['acme'], 8e9, 5.5e9],
      [['globex'], 9e9, 2.25e9],
    ])
  })

  it('writes the page beside the tables, for its owner only, over an older one', async () => {
    const folder = freshDirectory()
    const page = join(folder, 'report.html')
    writeFileSync(page, 'old', { mode: 0o644 })
    const { code, stdout, stderr } = await command.run('report', await someJournal(), '--out', page)
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Wrote ${page}\n` })
    expect(stdout).toContain('Total         3')
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*\$7\.75.*<\/html>\n$/s)
    expect(readdirSync(folder)).toEqual(['report.html'])
    if (process.platform !== 'win32') expect(statSync(page).mode & 0o777).toBe(0o600)
  })

  it('shows one tenant alone, in tables, page and JSON', async () => {
    const page = join(freshDirectory(), 'acme.html')
    const words = ['report', await someJournal(), '--tenant', 'acme', '--out', page]
    const { code, stdout } = await command.run(...words)
    const { stdout: json } = await command.run(...words, '--json')
    expect(code).toBe(0)
    expect(jsonOf(json).total).toMatchObject({ calls: 2, usd: 5.5 })
    for (const text of [stdout, json, readFileSync(page, 'utf8')]) {
      expect(text).toContain('acme')
      expect(text).not.toContain('globex')
    }
  })

  it('says so where nobody is called as it was asked', async () => {
    const page = join(freshDirectory(), 'nobody.html')
    const words = ['report', await someJournal(), '--out', page, '--tenant']
    const { code, stdout } = await command.run(...words, 'nobody')
    expect(code).toBe(0)
    expect(stdout).toContain('There is no tenant "nobody" in this journal.')
    expect(readFileSync(page, 'utf8')).toContain('There is no tenant &quot;nobody&quot; in this journal.')
    const early = await command.run(...words, 'acme', '--to', '2020-01-01')
    expect(early.stdout).toContain('No attempts in this period.')
  })

  it.each([
    [['--from', '2026-11-20'], 2],
    [['--to', '2026-11-20'], 1],
    [['--from', '2026-11-20', '--to', '2026-11-21'], 1],
    // Nine o'clock in London is ten in Berlin.
    [['--from', '2026-11-20T09:00'], 2],
    [['--from', '2026-11-20T09:01'], 1],
    [['--from', '2026-11-20T10:00', '--time-zone', 'Europe/Berlin'], 2],
    [['--from', '2026-11-20T10:01', '--time-zone', 'Europe/Berlin'], 1],
    [['--from', '2030-01-01'], 0],
  ])('counts with %j what lies within', async (options, calls) => {
    const { code, stdout } = await command.run('report', await someJournal(), '--json', ...options)
    expect(code).toBe(0)
    expect(jsonOf(stdout).total.calls).toBe(calls)
  })

  it('F16: prints hostile names as names, wherever they come from', async () => {
    const directory = freshDirectory()
    const page = join(freshDirectory(), 'report.html')
    await writeJournal(
      directory,
      hostileNames.map((tenant) => ({
        record: { tenant, model: tenant, errorCode: 'timeout', outcome: 'failure' },
      })),
    )
    const [text, json, alone, failed] = await Promise.all([
      command.run('report', directory, '--out', page),
      command.run('report', directory, '--json'),
      command.run('report', directory, '--tenant', '\u001b[2J\u202e'),
      command.run('report', `${directory}/\u001b[2J`),
    ])
    expect([text.code, json.code, alone.code, failed.code]).toEqual([0, 0, 0, 1])
    const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
    for (const { stdout, stderr } of [text, json, alone, failed])
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(acting)
    expect(text.stdout).toContain('\\x1b[31mred')
    expect(failed.stderr).toContain('\\x1b[2J')
    // JSON says the same names to a program.
    const tenants = jsonOf(json.stdout).tenants.map(({ by }) => by.tenant)
    expect(new Set(tenants)).toEqual(new Set(hostileNames))
    const html = readFileSync(page, 'utf8')
    expect(html).not.toMatch(/<(script|img|iframe)/i)
    expect(html.replaceAll('\n', '')).not.toMatch(acting)
  })

  it('D4: reads a journal whose last line was torn off', async () => {
    const directory = await someJournal()
    const file = join(directory, 'journal-000000001.log')
    truncateSync(file, statSync(file).size - 9)
    const { code, stdout, stderr } = await command.run('report', directory)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Total +2 /m)
    expect(stdout).toContain('1 attempt is under way, or broken off, and not in these sums yet.')
  })

  it('D4: reads what damage has left, and says how much is missing', async () => {
    const directory = await someJournal()
    const file = join(directory, 'journal-000000001.log')
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, lines.map((line) => line.replace('"cost":2250000000,"s', '"cost":1,"s')).join('\n'))
    const { code, stdout } = await command.run('report', directory)
    expect(code).toBe(0)
    expect(stdout).toContain('of the journal cannot be read: what stood there is missing.')
  })

  it('reads a journal that is being written, and is in nobody’s way', { timeout: 60_000 }, async () => {
    const directory = freshDirectory()
    const writer = fork(join(root, 'test/cli/journal-writer.ts'), [directory], {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    onTestFinished(() => void writer.kill('SIGKILL'))
    await messageOf(writer)
    const seen: number[] = []
    for (let turn = 0; turn < 6; turn += 1) {
      const { code, stdout, stderr } = await command.run('report', directory, '--json')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { total, budgets, damagedLines, underWay } = jsonOf(stdout)
      expect(damagedLines).toBe(0)
      expect(total.knownUsd).toBeCloseTo(total.calls / 1_000, 9)
      // Records and budgets are read one after the other, but as they stood at one moment.
      expect(budgets[0]?.committed).toBe(total.calls)
      expect(underWay).toBeLessThanOrEqual(1)
      seen.push(total.calls)
    }
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
    expect(seen.at(-1)).toBeGreaterThan(seen[0] ?? 0)
    writer.send('stop')
    const settled = await messageOf(writer)
    const { stdout } = await command.run('report', directory, '--json')
    expect(jsonOf(stdout).total.calls).toBe(settled)
    expect(readdirSync(directory).length).toBeGreaterThan(2)
  })

  it('ends well where its output is not read to the end', async () => {
    const directory = freshDirectory()
    const entries = Array.from({ length: 1_500 }, (_, at) => ({ record: { tenant: `tenant ${at}` } }))
    await writeJournal(directory, entries)
    const { code, stderr } = await command.runToHead('report', directory, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('byok', () => {
  it('tells its version and its help', async () => {
    const version = await command.run('--version')
    expect(version).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
    const help = await command.run('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const word of [
      '--out',
      '--from',
      '--to',
      '--tenant',
      '--time-zone',
      '--json',
      '--version',
      'Exit codes',
    ])
      expect(help.stdout).toContain(word)
    expect(await command.run('report', '-h')).toEqual(help)
  })

  it.each([
    [[], 'what shall be done?'],
    [['rapport'], 'there is no command "rapport"'],
    [['report'], 'which journal?'],
    [['report', ''], 'which journal?'],
    [['report', 'a', 'b'], 'not also "b"'],
    [['report', '.', '--colour'], "Unknown option '--colour'"],
    [['report', '.', '-x'], "Unknown option '-x'"],
    [['report', '.', '--json=yes'], "'--json' does not take an argument"],
    [['report', '.', '--tenant'], "'--tenant <value>' argument missing"],
    [['report', '.', '--tenant', ''], '--tenant: must be text'],
    [['report', '.', '--from', 'yesterday'], '--from: must be a date'],
    [['report', '.', '--to', '2026-02-30'], '--to: must be a date'],
    [['report', '.', '--from', '2026-11-21', '--to', '2026-11-20'], '--to: is before `--from`.'],
    [['report', '.', '--from', '-1'], '--from: what begins with a dash is written with "=", as --from=-x.'],
    [['report', '.', '--time-zone', 'Mars/One'], '--time-zone: there is no such time zone'],
    [['report', '.', '--out', ''], '--out: give the name of a file'],
  ])('does not understand %j, says so in one line, and ends with 2', async (words, says) => {
    const { code, stdout, stderr } = await command.run(...words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^byok: [^\n]+ See byok --help\.\n$/)
    expect(stderr).toContain(says)
  })

  it('does not put the page among the files of the store', async () => {
    const directory = await someJournal()
    const before = contentsOf(directory)
    const { code, stderr } = await command.run('report', directory, '--out', join(directory, 'report.html'))
    expect(code).toBe(2)
    expect(stderr).toContain('not into the directory of the store')
    expect(contentsOf(directory)).toEqual(before)
  })

  it.each<[string, string, (directory: string) => void]>([
    ['an empty directory', 'There is no journal in', () => {}],
    [
      'a directory of other things',
      'There is no journal in',
      (directory) => writeFileSync(join(directory, 'notes.txt'), 'x'),
    ],
    [
      'a file of another kind',
      'holds no whole line',
      (directory) => {
        writeFileSync(join(directory, 'journal-000000001.log'), 'Dear diary,\n\ntoday …\n')
      },
    ],
    [
      'an empty file',
      'holds no whole line',
      (directory) => writeFileSync(join(directory, 'journal-000000001.log'), ''),
    ],
    [
      'a directory in the place of a file',
      'EISDIR',
      (directory) => mkdirSync(join(directory, 'journal-000000001.log')),
    ],
    [
      'a journal of a later version',
      'its format is 2',
      (directory) => {
        const head = JSON.parse('{"head":{"format":2,"parts":0}}')
        writeFileSync(join(directory, 'journal-000000001.log'), encodeLine(head))
      },
    ],
  ])('cannot read %s, says so in one line, and ends with 1', async (_, says, fill) => {
    const directory = freshDirectory()
    fill(directory)
    const page = join(freshDirectory(), 'report.html')
    const { code, stdout, stderr } = await command.run('report', directory, '--out', page)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^byok: [^\n]+\n$/)
    expect(stderr).toContain(says)
    expect(() => statSync(page)).toThrow('ENOENT')
  })

  it('cannot read what is not there, or is no directory', async () => {
    const directory = freshDirectory()
    const file = join(directory, 'file')
    writeFileSync(file, '')
    for (const [path, says] of [
      [join(directory, 'none'), 'There is no directory'],
      [file, 'is no directory'],
    ] as const) {
      const { code, stdout, stderr } = await command.run('report', path)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(says)
      expect(stderr).toMatch(/^byok: [^\n]+\n$/)
    }
  })

  it('cannot write where there is no directory, and prints nothing that it did not do', async () => {
    const folder = freshDirectory()
    mkdirSync(join(folder, 'taken'))
    const journal = await someJournal()
    for (const [name, says] of [
      ['none/report.html', `There is no directory "${join(folder, 'none')}" to write the page into.`],
      ['taken/report.html/page', 'There is no directory'],
      ['x'.repeat(300), 'The page cannot be written to'],
      ['taken', 'is a directory: give the name of a file in it.'],
    ] as const) {
      const { code, stdout, stderr } = await command.run('report', journal, '--out', join(folder, name))
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^byok: [^\n]+\n$/)
      expect(stderr).toContain(says)
      expect(stderr).not.toContain('draft')
    }
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message')
  return message
}
