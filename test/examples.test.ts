// Runs every example, and the demo, as a stranger would: as a process of its own, without a key.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { reply, startUpstream } from 'byok-handler/testing'
import { describe, expect, it } from 'vitest'
import { askProvider } from '../examples/demo/live.js'
import { Terminal, terminalOptions } from '../examples/demo/terminal.js'
import { root } from './house/repository.js'

const run = promisify(execFile)

/** What each example is expected to say, in its own words. */
const telling: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'abort-and-timeouts.ts': [
    'left the loop; closed by us: true',
    /AbortError aborted .*Hello/,
    /stream-interrupted .*Hello/,
    /ByokError timeout total/,
  ],
  'accumulate.ts': [
    "reasoning_content: 'Let me see.'",
    /reasoning\ntool-call-delta\n/,
    /\ntool-call\ntool_calls\n$/,
  ],
  'budgets.ts': [
    'acme has spent 50 % of a day',
    /budget-exceeded Budget "tenant acme\/day" would be exceeded: \$0\.001665 of \$0\.003 spent/,
    /'acme' +│ 3 +│ 0\.001665/,
    /'globex' +│ 1 +│ 0\.000555/,
    'left: 0.001335',
  ],
  'errors.ts': ['rate-limited', 'retryAfterMs: 90000', 'arrived before it broke: Hello from the'],
  'failover.ts': ['openai/gpt-5.4-nano failed (provider)', 'Good morning.', 'anthropic stream success'],
  'own-adapter.ts': ['Polly wants tests  | end_of_squawk 6'],
  'reasoning.ts': ['thinking: 17 has no divisor', 'answer: Yes,', 'signed reasoning sent back: true'],
  'routing.ts': [
    'simple (classifier) fast/mini 0.000518',
    'advanced (classifier) deep/max 0.01042\n  not fast/mini (quality): its quality of 75.0 is below 94',
    /simple \(classifier\) fast\/mini 0\.000521\n\[/,
    'Ulaanbaatar. mini simple 0.000014',
  ],
  'stream-text.ts': ['Hello from a stream.\n16 tokens'],
  'tenant-keys.ts': ['Done. tenant', 'Done. request', 'no-key There is no key for "openai".'],
  'tools.ts': ["call get_weather { city: 'Oslo' }", 'It is 7 degrees in Oslo.'],
  'whole-answer.ts': [
    'A short summary.',
    'cost: { usd: 0.000017, savedUsd: 0.000023 }',
    "credentialSource: 'app'",
  ],
}

const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'))

/** Only what a process needs: no key of the machine that runs the tests. */
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, FORCE_COLOR: '0' }

async function play(path: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(root, path)], {
    cwd: root,
    env: environment,
    timeout: 30_000,
  })
  return stdout
}

describe('the examples', () => {
  it('are all told apart here', () => {
    expect(Object.keys(telling).sort()).toEqual([...examples].sort())
  })

  it('are short', () => {
    for (const name of examples) {
      const lines = readFileSync(join(root, 'examples', name), 'utf8').split('\n').length
      expect(lines, name).toBeLessThanOrEqual(40)
    }
  })

  it.each(examples)('%s runs without a key and says what it shows', { timeout: 30_000 }, async (name) => {
    const output = await play(`examples/${name}`)
    for (const line of telling[name] ?? []) expect(output).toMatch(line)
  })
})

describe('the demo', () => {
  it('tells its story without a key, plain where it is piped', { timeout: 30_000 }, async () => {
    const output = await play('examples/demo/main.ts')
    expect(output).not.toMatch(/[^\n\x20-\x7e]/)
    const story = output.replace(/\s+/g, ' ')
    const expected = [
      /answered birch\/medium stream 46 tokens in/,
      "get_weather({ city: 'Oslo', days: 2 }) get_weather({ city: 'Lima', days: 2 })",
      /thinking Ten cents is tempting.* answer The ball costs 5 cents/,
      'failed alder/small stream stream-interrupted',
      'alder/small has failed, and cedar/large is asked Mount Everest',
      /Lima\. failed alder\/small stream invalid-request .*answered alder\/small whole/,
      /threw stream-interrupted .*partial 'Once upon a time/,
      /simple question-answering, so alder\/small is asked: about \$0\.0\d+ Explain how vaccines work\. moderate/,
      /advanced reasoning, so cedar\/large is asked/,
      /usd 0\.00\d+/,
    ]
    for (const line of expected) expect(story).toMatch(line)
    expect(story).not.toContain('demo-key')
  })

  it('asks the provider that there is a key for, and never shows the key', async () => {
    await using upstream = await startUpstream([reply.chat({ text: ['Because', ' they can.'] })])
    const options = {
      keys: { openai: 'test-key-openai-0001' },
      providers: { openai: { baseURL: `${upstream.url}/v1` } },
    }
    const { terminal, written } = recorder()
    expect(await askProvider(terminal, options, 'Why do cats purr?')).toBe(true)
    expect(written()).toContain('Because they can.')
    expect(upstream.requests[0]?.body).toMatchObject({
      stream: true,
      messages: [{ role: 'user', content: 'Why do cats purr?' }],
    })

    upstream.play([reply.error(401, { message: 'Incorrect API key: test-key-openai-0001' })])
    expect(await askProvider(terminal, options, '')).toBe(false)
    expect(written()).toMatch(/threw +authentication/)
    expect(written()).not.toContain('test-key')
  })

  it('has colour in a terminal, and none where NO_COLOR asks for that', () => {
    const screen = Object.assign(new Writable(), { isTTY: true, columns: 120 })
    expect(terminalOptions(screen, {})).toMatchObject({ hasColour: true, isWatched: true })
    expect(terminalOptions(screen, { NO_COLOR: '1' })).toMatchObject({ hasColour: false, isWatched: true })
    expect(terminalOptions(screen, { CI: 'true' }).isWatched).toBe(false)
    expect(terminalOptions(new Writable(), {})).toMatchObject({ hasColour: false, isWatched: false })
  })

  it('lets no provider move the cursor or change a colour', () => {
    const { terminal, written } = recorder()
    terminal.flow('clear\u001b[2J the\u0007 screen\u009b1m', 0)
    expect(written()).toBe('clear [2J the  screen 1m')
  })
})

function recorder(): { terminal: Terminal; written: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { terminal: new Terminal(stream, terminalOptions(stream, {})), written: () => text }
}
