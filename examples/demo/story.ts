// The story that the demo tells without a key, a scene a function.

import { setTimeout } from 'node:timers/promises'
import { type Attempt, BYOKHandler, type CompletionRequest, isByokError, type Tool } from 'byok-handler'
import { reply } from 'byok-handler/testing'
import { showAttempt, showAttempts, showStream, textIndent } from './show.js'
import type { Terminal } from './terminal.js'
import { cast, type Stage, tokens } from './upstreams.js'

interface Scene {
  readonly terminal: Terminal
  readonly stage: Stage
  readonly byok: BYOKHandler
}

/** Plays every scene in order. */
export async function tellStory(terminal: Terminal, stage: Stage): Promise<void> {
  const byok = new BYOKHandler(stage.options)
  const scene = { terminal, stage, byok }
  const attempts: Attempt[] = []
  byok.on('attempt-end', ({ attempt }) => attempts.push(attempt))

  introduce(scene)
  for (const play of [answer, toolCalls, reasoning, failover, refusedStream, brokenStream, choice]) {
    await play(scene)
    if (terminal.isWatched) await setTimeout(350)
  }
  cost(scene, attempts)
  await byok.close()
}

function introduce({ terminal, stage }: Scene): void {
  terminal.blank()
  terminal.line('byok-handler', 2, 'bold')
  terminal.line(
    'There is no provider key in the environment, so three servers on this machine stand in for providers. ' +
      'Each speaks a real wire format over HTTP, and the official SDKs call them.',
    2,
    'dim',
  )
  terminal.blank()
  for (const { id, speaks } of cast) {
    terminal.entry(id, `${speaks.padEnd(24)} ${stage[id].url}`, textIndent, 'bold')
  }
}

async function answer({ terminal, stage, byok }: Scene): Promise<void> {
  const request = { model: 'birch/medium', prompt: 'Why do cats purr?' }
  title(terminal, 1, 'An answer, token by token', request)
  stage.birch.play([
    stage.answer({
      text: tokens(
        'Cats purr by moving the muscles of the larynx about 25 times a second, breathing in and out. ' +
          'They do it when content, and also when hurt, perhaps to calm themselves.',
      ),
    }),
  ])
  const response = await showStream(terminal, byok.streamCompletion(request))
  showAttempts(terminal, response.byok.attempts)
}

async function toolCalls({ terminal, stage, byok }: Scene): Promise<void> {
  const request = { model: 'alder/small', prompt: 'Is it warmer in Oslo or in Lima?', tools: [weather] }
  title(terminal, 2, 'Two tool calls at once, in fragments that come in turn', request)
  stage.alder.play([
    stage.answer({
      toolCalls: [
        { name: 'get_weather', arguments: ['{"ci', 'ty":"Os', 'lo","da', 'ys":', '2}'] },
        { name: 'get_weather', arguments: ['{"city', '":"Li', 'ma",', '"days', '":2}'] },
      ],
      interleaved: true,
    }),
  ])
  const response = await showStream(terminal, byok.streamCompletion(request))
  showAttempts(terminal, response.byok.attempts)
}

async function reasoning({ terminal, stage, byok }: Scene): Promise<void> {
  const request = {
    model: 'cedar/large',
    prompt: 'A bat and a ball cost 1.10. The bat costs 1 more than the ball. What does the ball cost?',
    reasoning: 'low' as const,
  }
  title(terminal, 3, 'Reasoning, apart from the answer', request)
  stage.cedar.play([
    stage.answer({
      reasoning: tokens(
        'Ten cents is tempting, but then the bat is 1.10 alone. x + (x + 1) = 1.10, so x = 0.05.',
      ),
      text: tokens('The ball costs 5 cents, and the bat 1.05.'),
    }),
  ])
  const response = await showStream(terminal, byok.streamCompletion(request))
  showAttempts(terminal, response.byok.attempts)
}

async function failover({ terminal, stage, byok }: Scene): Promise<void> {
  const request = { model: ['alder/small', 'cedar/large'], prompt: 'Name the tallest mountain.' }
  title(terminal, 4, 'A provider dies before its first token, and another takes over', request)
  stage.alder.play([reply.reset({ afterEvents: 1 })])
  stage.cedar.play([stage.answer({ text: tokens('Mount Everest, at 8,849 metres above the sea.') })])
  // What an app would log: each failure as it happens, while the reader of the text notices nothing.
  const log = ({ attempt }: { readonly attempt: Attempt }): void => {
    if (attempt.outcome === 'failure') showAttempt(terminal, attempt)
  }
  byok.on('attempt-end', log)
  byok.once('failover', ({ from, to }) => {
    terminal.line(`${from} has failed, and ${to} is asked`, textIndent, 'yellow')
    terminal.blank()
  })
  const response = await showStream(terminal, byok.streamCompletion(request))
  byok.off('attempt-end', log)
  showAttempts(terminal, response.byok.attempts.slice(-1))
}

async function refusedStream({ terminal, stage, byok }: Scene): Promise<void> {
  const request = { model: 'alder/small', prompt: 'What is the capital of Peru?' }
  title(terminal, 5, 'A provider refuses to stream, and is asked for the whole answer', request)
  stage.alder.play([stage.answer({ text: 'Lima.' }, { refuses: 'stream' })])
  const response = await showStream(terminal, byok.streamCompletion(request))
  showAttempts(terminal, response.byok.attempts)
}

async function brokenStream({ terminal, stage, byok }: Scene): Promise<void> {
  const request = { model: ['cedar/large', 'birch/medium'], prompt: 'Tell me a story.' }
  title(terminal, 6, 'A stream breaks in the middle: an error, never a made-up end', request)
  const text = tokens('Once upon a time there was a fox who kept all his keys in one place, and one day')
  stage.cedar.play([stage.answer({ text }, { break: { how: 'cut', afterEvents: 14 } })])
  try {
    await showStream(terminal, byok.streamCompletion(request))
  } catch (error) {
    if (!isByokError(error)) throw error
    const { code, message, isRetryable, partial } = error
    terminal.blank()
    terminal.entry('threw   ', code, textIndent, 'red')
    terminal.line(message, textIndent + 10, 'dim')
    terminal.entry('partial ', terminal.inspect(partial?.text), textIndent)
    terminal.entry('retry   ', isRetryable ? 'the same call may succeed later' : 'no use', textIndent)
    terminal.line('birch/medium was not asked: two answers are never glued together.', textIndent, 'dim')
  }
}

async function choice({ terminal, stage }: Scene): Promise<void> {
  await using byok = new BYOKHandler(stage.options) // one that has seen none of the failures above
  terminal.blank()
  heading(terminal, 7, 'The right model for each prompt, decided on this machine')
  const prompts = [
    'What is the capital of Peru?',
    'Explain how vaccines work.',
    'Design a queue without locks, and prove that it is linearizable.',
  ]
  for (const prompt of prompts) {
    const { level = '', taskType = '', candidates } = await byok.plan({ prompt })
    const [first] = candidates
    terminal.blank()
    terminal.line(prompt, textIndent, 'dim')
    terminal.entry(
      level.padEnd(8),
      `${taskType}, so ${first?.model} is asked: about $${first?.expectedCostUsd}`,
      textIndent,
    )
  }
  terminal.blank()
  const [prompt = ''] = prompts
  const { candidates } = await byok.plan({ prompt })
  const server = cast.find(({ model }) => model === candidates[0]?.model)
  if (server !== undefined) stage[server.id].play([stage.answer({ text: tokens('Lima.') })])
  const response = await showStream(terminal, byok.streamCompletion({ prompt }))
  showAttempts(terminal, response.byok.attempts)
}

function cost({ terminal }: Scene, attempts: readonly Attempt[]): void {
  terminal.blank()
  heading(terminal, 8, 'What it cost')
  const answers = attempts.filter(({ outcome }) => outcome === 'success').length
  const tokens = attempts.reduce((sum, { usage }) => sum + (usage?.input ?? 0) + (usage?.output ?? 0), 0)
  const usd = attempts.reduce<number | null>(
    (sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd),
    0,
  )
  terminal.line(`${attempts.length} attempts, ${answers} answers, ${tokens} tokens`, textIndent)
  terminal.entry('usd', terminal.inspect(usd), textIndent, 'yellow')
  terminal.line('By the prices that this demo gives to its models.', textIndent, 'dim')
  terminal.blank()
  terminal.line('With OPENAI_API_KEY, ANTHROPIC_API_KEY or another key in the environment:', 2, 'dim')
  terminal.line('npm start -- "Your question"', textIndent)
  terminal.blank()
}

const weather: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
  },
}

function title(terminal: Terminal, number: number, text: string, request: CompletionRequest): void {
  terminal.blank()
  heading(terminal, number, text)
  const model = typeof request.model === 'string' ? request.model : request.model?.join(', then ')
  terminal.line(`to ${model}: ${request.prompt}`, textIndent, 'dim')
  terminal.blank()
}

function heading(terminal: Terminal, number: number, text: string): void {
  terminal.entry(String(number), text, 2, 'bold', 'cyan')
}
