// A headless Chromium over its debugging pipe: opens a page, and tells what it asked for, said and looks like.

import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

/** The program: `CHROMIUM` in the environment, or one in the path. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env
  const found = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  return [...(CHROMIUM === undefined ? [] : [CHROMIUM]), ...found, mac].find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** How a page is shown. */
export interface Screen {
  readonly width: number
  readonly height: number
  readonly isDark: boolean
  /** @default 'screen' */
  readonly media?: 'screen' | 'print'
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** A browser with one open page. */
export class Browser {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #listeners = new Set<(message: Message) => void>()
  #session: string | undefined
  #asked = 0
  /** Why nothing can be asked any more. */
  #ending: string | undefined
  /** Every address that the page asked for. */
  readonly requests: string[] = []
  /** What the page said on its console, threw, or was refused. */
  readonly complaints: string[] = []

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'byok-chromium-'))
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
    ]
    const quiet = [
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ]
    this.#child = spawn(
      program,
      [...flags, ...quiet, '--remote-debugging-pipe', `--user-data-dir=${this.#profile}`],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      },
    )
    const end = (why: string): void => {
      this.#ending = why
      for (const id of this.#waiting.keys()) this.#receive({ id, error: { message: why } })
      this.#receive({ method: 'Page.loadEventFired' })
    }
    this.#child.once('error', ({ message }) => end(message))
    this.#child.once('exit', (code, signal) => end(`${program} ended with ${code ?? signal}.`))
    this.#child.stdio[3]?.on('error', () => {})
    let begun = ''
    const output = this.#child.stdio[4] as Readable // the pipe that was asked for
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (begun + chunk).split('\0')
      begun = messages.pop() ?? ''
      for (const message of messages) this.#receive(JSON.parse(message))
    })
  }

  /** Starts the program with an empty page. */
  static async start(program: string): Promise<Browser> {
    const browser = new Browser(program)
    const { targetId } = await browser.#ask('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await browser.#ask('Target.attachToTarget', { targetId, flatten: true })
    browser.#session = sessionId as string // so it is documented
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await browser.#ask(`${domain}.enable`)
    return browser
  }

  /** Opens an address, and waits until everything has loaded. */
  async open(url: string, { width, height, isDark, media = 'screen' }: Screen): Promise<void> {
    this.requests.length = 0
    this.complaints.length = 0
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false }
    await this.#ask('Emulation.setDeviceMetricsOverride', metrics)
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }]
    await this.#ask('Emulation.setEmulatedMedia', { media, features })
    const loaded = this.#next('Page.loadEventFired')
    await this.#ask('Page.navigate', { url })
    await loaded
  }

  /** The value of an expression in the page. */
  async read<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value: Value }).value // what the page computed, and the test knows
  }

  /** The whole page as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { captureBeyondViewport: true })
    return Buffer.from(data as string, 'base64') // so it is documented
  }

  async close(): Promise<void> {
    if (this.#ending === undefined) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#ask('Browser.close').catch(() => {})
      const tooLong = setTimeout(() => this.#child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(tooLong)
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  async #ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    if (this.#ending !== undefined) throw new Error(this.#ending)
    this.#asked += 1
    const id = this.#asked
    const session = this.#session === undefined ? {} : { sessionId: this.#session }
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    const input = this.#child.stdio[3] as Writable // the pipe that was asked for
    input.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    const { result, error } = await answer
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }

  #next(method: string): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: Message): void => {
        if (message.method !== method) return
        this.#listeners.delete(listener)
        resolve()
      }
      this.#listeners.add(listener)
    })
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message)
      this.#waiting.delete(message.id)
      return
    }
    const { method, params = {} } = message
    if (method === 'Network.requestWillBeSent') this.requests.push((params.request as { url: string }).url) // so it is documented
    if (
      method === 'Runtime.consoleAPICalled' ||
      method === 'Runtime.exceptionThrown' ||
      method === 'Log.entryAdded'
    )
      this.complaints.push(JSON.stringify(params))
    if (method === 'Page.javascriptDialogOpening') this.complaints.push('a dialog')
    for (const listener of this.#listeners) listener(message)
  }
}
