// Holds the documents to the code: every program in them runs and says what it promises, and every link leads somewhere.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { reply, startUpstream, type Upstream } from 'byok-handler/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTextFiles, root } from './house/repository.js'

const run = promisify(execFile)

interface Program {
  /** Where it stands, for people. */
  readonly name: string
  readonly code: string
  /** What the comments behind its last line promise as its output. */
  readonly promised: string
}

const documents = readTextFiles().filter(({ path }) => /^[^/]+\.md$|^docs\/.*\.md$/.test(path))

/** Blocks that import the library are programs; others are excerpts. */
const programs: Program[] = documents.flatMap(({ path, text }) =>
  [...text.matchAll(/^```ts\n(import [\s\S]*?)^```$/gm)].map((match) => {
    const code = match[1] ?? ''
    const promised = /\n((?:\/\/ .*\n)+)$/.exec(code)?.[1] ?? ''
    const line = text.slice(0, match.index).split('\n').length
    return { name: `${path}:${line}`, code, promised: promised.replace(/^\/\/ /gm, '') }
  }),
)

let folder: string
let openai: Upstream

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'byok-documents-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  openai = await startUpstream([reply.chat({ text: ['Because', ' they can.'] })])
  // What a program sends to OpenAI ends here.
  const redirect = `const real = globalThis.fetch
globalThis.fetch = (url, init) => real(String(url).replace('https://api.openai.com', ${JSON.stringify(openai.url)}), init)`
  writeFileSync(join(folder, 'redirect.mjs'), redirect)
})

afterAll(async () => {
  await openai.close()
  rmSync(folder, { recursive: true })
})

describe('the documents', () => {
  it('hold programs', () => {
    expect(programs.length).toBeGreaterThan(5)
    expect(programs[0]?.name).toMatch(/^README\.md/)
  })

  it.each(programs)(
    '$name runs and says what it promises',
    { timeout: 30_000 },
    async ({ name, code, promised }) => {
      const file = join(folder, `${name.replace(/\W/g, '-')}.mts`)
      writeFileSync(file, code)
      const preload = join(folder, 'redirect.mjs')
      const { stdout } = await run(process.execPath, ['--import', preload, '--import', 'tsx', file], {
        cwd: root,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, OPENAI_API_KEY: 'test-key-openai-0001' },
        timeout: 30_000,
      })
      if (promised !== '') expect(stdout).toBe(promised)
      // Which model is the best for it changes with the catalogue.
      else expect(stdout).toMatch(/^Because they can\.\nopenai\/gpt-[\w.-]+, 14 tokens, usd: 0\.0000\d+\n$/)
    },
  )

  it('link to what is there', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([, target = '', anchor]) => {
        const file = target === '' ? path : join(dirname(path), target)
        if (!existsSync(join(root, file))) return [`${path}: ${target}`]
        if (anchor === undefined) return []
        return anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor)
          ? []
          : [`${path}: ${target}#${anchor}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('keep the README short', () => {
    const readme = documents.find(({ path }) => path === 'README.md')
    expect(readme?.text.split('\n').length).toBeLessThan(250)
  })
})

/** The anchors that GitHub gives the headings of a document. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
