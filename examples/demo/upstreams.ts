// Three local servers that stand in for providers: each speaks another wire format over real HTTP.

import type { HandlerOptions } from 'byok-handler'
import {
  type Answer,
  type AnswerOptions,
  type Reply,
  reply,
  startUpstream,
  type Upstream,
} from 'byok-handler/testing'

/** The stand-ins, and how a handler is told about them. */
export interface Stage extends AsyncDisposable {
  /** Speaks OpenAI's Chat Completions, as most vendors do. */
  readonly alder: Upstream
  /** Speaks OpenAI's Responses. */
  readonly birch: Upstream
  /** Speaks Anthropic's Messages. */
  readonly cedar: Upstream
  readonly options: HandlerOptions
  /** An answer that comes at reading speed where somebody watches, else at once. */
  answer(answer: Answer, options?: AnswerOptions): Reply
}

/** What the stand-ins are called, what they speak, which model they pretend to have, how good it is and what it costs. */
export const cast = [
  {
    id: 'alder',
    dialect: 'openai-chat',
    model: 'alder/small',
    speaks: 'OpenAI Chat Completions',
    quality: 72,
    usd: 1,
  },
  {
    id: 'birch',
    dialect: 'openai-responses',
    model: 'birch/medium',
    speaks: 'OpenAI Responses',
    quality: 86,
    usd: 4,
  },
  {
    id: 'cedar',
    dialect: 'anthropic-messages',
    model: 'cedar/large',
    speaks: 'Anthropic Messages',
    quality: 97,
    usd: 20,
  },
] as const

const msBetweenEvents = 45

/** Starts the stand-ins on free ports of 127.0.0.1. */
export async function openStage(isWatched: boolean): Promise<Stage> {
  const [alder, birch, cedar] = await Promise.all([startUpstream([]), startUpstream([]), startUpstream([])])
  const servers = { alder, birch, cedar }
  const pace = isWatched ? { firstEventAfterMs: 250, eventEveryMs: msBetweenEvents } : {}
  return {
    ...servers,
    options: {
      // No stand-in looks at its key; real ones would.
      keys: Object.fromEntries(cast.map(({ id }) => [id, `demo-key-${id}-0001`])),
      providers: Object.fromEntries(
        cast.map(({ id, dialect }) => [id, { dialect, baseURL: baseURLOf(dialect, servers[id].url) }]),
      ),
      catalogue: cast.map(({ id, model, quality, usd }) => ({
        provider: id,
        model: model.slice(id.length + 1),
        contextWindow: 200_000,
        abilities: { tools: true, reasoning: true },
        quality: { general: quality },
        price: { inputPerMillion: usd, outputPerMillion: usd },
      })),
    },
    answer: (answer, options) => reply.chat(answer, { ...pace, ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all([alder.close(), birch.close(), cedar.close()])
    },
  }
}

/** A text in the pieces in which a model would send it: a word each, long words in two. */
export function tokens(text: string): string[] {
  return (text.match(/\s*\S+/g) ?? []).flatMap((word) =>
    word.length < 9 ? [word] : [word.slice(0, 5), word.slice(5)],
  )
}

/** Base URLs follow the SDKs: those of OpenAI's dialects end in `/v1`, Anthropic's does not. */
function baseURLOf(dialect: (typeof cast)[number]['dialect'], url: string): string {
  return dialect === 'anthropic-messages' ? url : `${url}/v1`
}
