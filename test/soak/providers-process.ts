// Three providers in a process of their own, in moods that change, who write down every request.

import type { IncomingHttpHeaders } from 'node:http'
import { startUpstream, type Upstream } from '../../src/testing/upstream.js'
import { chanceOf } from './chance.js'
import { type Mood, moods, replyOf } from './moods.js'

/** The providers, and the dialect that each speaks. */
export const dialectsOfProviders = {
  one: 'openai-chat',
  two: 'anthropic-messages',
  three: 'openai-responses',
} as const

export type ProviderName = keyof typeof dialectsOfProviders

export const providerNames = Object.keys(dialectsOfProviders) as ProviderName[] // its own names

/** One request as a provider saw it. */
export interface Hit {
  readonly name: string
  readonly provider: ProviderName
  /** The attempt that sent it, as its header says. */
  readonly tag: string
  readonly mood: Mood
  readonly isStream: boolean
}

/** What the providers have written down since they were last asked. */
export interface ProvidersReport {
  readonly hits: readonly Hit[]
  /** Requests whose reply is not over. */
  readonly underWay: number
  readonly sockets: number
}

/** What they can be asked. */
export type ProvidersQuestion = 'report' | 'get well' | 'end'

/** The header that names the attempt, and the one that names the call and how often it has asked. */
export const tagHeader = 'x-request-tag'
export const callHeader = 'x-call'

/** Calls in a row that find one of the providers down. */
const outage = { every: 700, length: 60 }

let isWell = false
let underWay = 0
let hits: Hit[] = []
const counts = new Map<string, number>()

/** For some calls one provider is down; otherwise the mood is drawn. */
function moodOf(index: number, call: number, chance: ReturnType<typeof chanceOf>): Mood {
  if (isWell) return 'healthy'
  const isDown = call % outage.every < outage.length && Math.floor(call / outage.every) % 3 === index
  if (isDown) return chance.isOnce(0.7) ? 'server error' : 'refuses'
  return chance.pick(moods)
}

async function start(provider: ProviderName, index: number, seed: number): Promise<Upstream> {
  let count = 0
  return startUpstream((request) => {
    const call = Number(header(request.headers, callHeader))
    const key = `${call} ${provider}`
    const turn = (counts.get(key) ?? 0) + 1
    counts.set(key, turn)
    const chance = chanceOf(seed, call, index, turn)
    const mood = moodOf(index, call, chance)
    const name = `${provider}-${count++}`
    const body = isRecord(request.body) ? request.body : {}
    hits.push({
      name,
      provider,
      tag: header(request.headers, tagHeader),
      mood,
      isStream: body.stream === true,
    })
    underWay += 1
    request.over.then(() => {
      underWay -= 1
    })
    return replyOf({ mood, chance, hit: name, path: request.path, body })
  })
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

async function main(seed: number): Promise<void> {
  const upstreams = await Promise.all(providerNames.map((name, index) => start(name, index, seed)))
  process.on('message', (question: ProvidersQuestion) => {
    if (question === 'end') process.exit(0)
    if (question === 'get well') isWell = true
    const sockets = upstreams.reduce((sum, upstream) => sum + upstream.openSockets(), 0)
    const report: ProvidersReport = { hits, underWay, sockets }
    process.send?.(report)
    hits = []
    counts.clear()
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(upstreams.map(({ url }) => url))
}

if (process.send !== undefined && process.argv[2] === 'providers') await main(Number(process.argv[3]))
