// The agents by which Node's own fetch connects, one for each limit on how long that may take.

/** As much of an agent as is used here. */
interface Agent {
  /** Lets what is under way end, then closes every connection. */
  close(): Promise<void>
  /** Closes every connection now. */
  destroy(): Promise<void>
}

type AgentClass = new (options?: {
  readonly connect: { readonly timeout: number; readonly signal: AbortSignal }
  readonly headersTimeout: number
  readonly bodyTimeout: number
}) => Agent

/** More limits than one app has: beyond them the one that was not used for longest makes room. */
const mostAgents = 8

/**
 * Node's fetch gives a connection 10 seconds, and only an agent can say otherwise. Node does not export its class of
 * agents, and the one of another version may not fit; but the agent that fetch connects by stands under a registered
 * symbol, and its own class always fits. Where the app has put another agent there (a proxy, a mock) that one stays in
 * charge, and on runtimes without agents nothing is done: `agentFor` then gives none.
 */
export class ConnectAgents {
  readonly #agents = new Map<number, Agent>()
  /** Ends the connections that are still being made, of which an agent itself lets go only when their time is up. */
  readonly #abort = new AbortController()
  #fetchsOwn: unknown
  #Agent: AgentClass | undefined

  /** What fetch shall connect by, so that a connection takes no longer than this. Undici counts it in half seconds. */
  agentFor(connectMs: number): object | undefined {
    const current = agentOfFetch()
    if (current !== this.#fetchsOwn) {
      // An app may set an agent at any time; tests do.
      this.#fetchsOwn = current
      this.#Agent = classOfPlain(current)
      for (const known of [...this.#agents.keys()]) this.#retire(known)
    }
    if (this.#Agent === undefined || this.#abort.signal.aborted) return undefined
    const agent = this.#agents.get(connectMs) ?? this.#make(this.#Agent, connectMs)
    this.#agents.delete(connectMs)
    this.#agents.set(connectMs, agent)
    const [oldest] = this.#agents.keys()
    if (this.#agents.size > mostAgents && oldest !== undefined) this.#retire(oldest)
    return agent
  }

  /** Closes every connection, and makes no more. */
  async close(): Promise<void> {
    const agents = [...this.#agents.values()]
    this.#agents.clear()
    this.#abort.abort()
    await Promise.all(agents.map((agent) => agent.destroy()))
  }

  #make(Agent: AgentClass, connectMs: number): Agent {
    const { signal } = this.#abort
    if (this.#agents.size === 0) mayHaveManyListeners(signal)
    // The limits on waiting for an answer are ours: undici's would cut off a local server after five minutes.
    return new Agent({ connect: { timeout: connectMs, signal }, headersTimeout: 0, bodyTimeout: 0 })
  }

  #retire(connectMs: number): void {
    const agent = this.#agents.get(connectMs)
    this.#agents.delete(connectMs)
    agent?.close().catch(() => undefined)
  }
}

/**
 * Fetches by way of an agent. A fetch that the app has taken from another version of undici may refuse it, and does so
 * before anything is sent: then it connects in its own way.
 */
export async function fetchBy(
  agent: object | undefined,
  fetch: typeof globalThis.fetch,
  ...[input, init]: Parameters<typeof globalThis.fetch>
): Promise<Response> {
  if (agent === undefined) return fetch(input, init)
  try {
    const dispatcher = agent as NonNullable<RequestInit['dispatcher']> // of the class that fetch itself uses
    return await fetch(input, { ...init, dispatcher })
  } catch (error) {
    if (!refusesAgent(error)) throw error
    return fetch(input, init)
  }
}

/** Every connection listens as long as it is open; Node 20 takes more than ten for a leak. */
function mayHaveManyListeners(signal: AbortSignal): void {
  runtime().process?.getBuiltinModule?.('events').setMaxListeners(0, signal)
}

/** The global object without a word of `node:`, for bundlers of other runtimes. */
function runtime(): {
  readonly process?: {
    readonly versions?: Readonly<Record<string, string | undefined>>
    getBuiltinModule?(name: 'events'): { setMaxListeners(most: number, target: AbortSignal): void }
  }
} {
  return globalThis
}

/** What fetch connects by unless it is told otherwise. It is there once any part of fetch was touched. */
function agentOfFetch(): unknown {
  const version = Number.parseInt(runtime().process?.versions?.undici ?? '', 10)
  // From version 8 on undici speaks another language with its agents, and keeps them under another name.
  return Number.isNaN(version)
    ? undefined
    : Reflect.get(globalThis, Symbol.for(`undici.globalDispatcher.${version < 8 ? 1 : 2}`))
}

/** The class of an agent that nobody has configured: a new one is like it in all that was said of it. */
function classOfPlain(agent: unknown): AgentClass | undefined {
  if (typeof agent !== 'object' || agent === null) return undefined
  try {
    if (agent.constructor.name !== 'Agent') return undefined
    const Agent = agent.constructor as AgentClass // so it is called, and what it makes is compared
    const fresh = new Agent()
    const isPlain =
      Reflect.get(agent, 'dispatch') === Reflect.get(fresh, 'dispatch') &&
      settingOf(agent, 'factory') === settingOf(fresh, 'factory') &&
      isSame(settingOf(agent, 'options'), settingOf(fresh, 'options'))
    return isPlain ? Agent : undefined
  } catch {
    return undefined
  }
}

function settingOf(agent: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(agent).find(({ description }) => description === name)
  return symbol === undefined ? undefined : Reflect.get(agent, symbol)
}

/** False also where there is nothing to compare. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return false
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return names.every((name) => Reflect.get(one, name) === Reflect.get(other, name))
}

function refusesAgent(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_INVALID_ARG'
}
