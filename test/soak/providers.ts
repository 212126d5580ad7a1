// The providers' process as the soak sees it: started, asked for its books, ended.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  type ProviderName,
  type ProvidersQuestion,
  type ProvidersReport,
  providerNames,
} from './providers-process.js'

/** Three providers in a process of their own. */
export class Providers {
  readonly #child: ChildProcess
  readonly urls: Readonly<Record<ProviderName, string>>

  private constructor(child: ChildProcess, urls: Readonly<Record<ProviderName, string>>) {
    this.#child = child
    this.urls = urls
  }

  static async start(seed: number): Promise<Providers> {
    const script = fileURLToPath(new URL('./providers-process.ts', import.meta.url))
    const root = fileURLToPath(new URL('../..', import.meta.url)) // where tsx is found
    const child = fork(script, ['providers', `${seed}`], { cwd: root, execArgv: ['--import', 'tsx'] })
    const [urls] = await once(child, 'message')
    const named = providerNames.map((name, index) => [name, String(urls[index])])
    return new Providers(child, Object.fromEntries(named))
  }

  /** What they have written down since they were last asked. */
  report(): Promise<ProvidersReport> {
    return this.#ask('report')
  }

  /** From now on every answer is healthy. */
  getWell(): Promise<ProvidersReport> {
    return this.#ask('get well')
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.send('end' satisfies ProvidersQuestion)
    await exited
  }

  async #ask(question: ProvidersQuestion): Promise<ProvidersReport> {
    const answered = once(this.#child, 'message')
    this.#child.send(question)
    const [report] = await answered
    return report
  }
}
