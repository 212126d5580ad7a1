// The mock upstream, a process of its own: serves canned streams at the pace that the path asks for.

import { createServer } from 'node:http'
import { makeEvents, makeWholeAnswer } from './streams.mjs'

// Slow enough that a contestant reads each event by itself even with eight streams at once.
const SEGMENT_INTERVAL_MS = 2

/** @type {Map<string, { events: Buffer[], whole: Buffer }>} */
const answers = new Map()
/** Streams that get one event a tick. @type {Set<{ response: import('node:http').ServerResponse, events: Buffer[], at: number }>} */
const paced = new Set()
let ticker

// The first part of the path is `<kind>-<size>-<pace>`, so that any client reaches it by its base URL.
const server = createServer((request, response) => {
  const [, scenario = '', ...rest] = (request.url ?? '').split('/')
  const [kind = '', size = '', pace = ''] = scenario.split('-')
  const wire = rest.at(-1) === 'messages' ? 'anthropic' : 'openai'
  const body = []
  request.on('data', (bytes) => body.push(bytes))
  request.on('end', () => {
    if (JSON.parse(Buffer.concat(body).toString()).stream !== true) return answerWhole(wire, response)
    answerStream(prepare(wire, kind, Number(size)), pace, response)
  })
})

function prepare(wire, kind, size) {
  const name = `${wire}-${kind}-${size}`
  let answer = answers.get(name)
  if (answer === undefined) {
    const events = makeEvents(wire, kind, size)
    answer = { events, whole: Buffer.concat(events) }
    answers.set(name, answer)
  }
  return answer
}

function answerWhole(wire, response) {
  const body = makeWholeAnswer(wire)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

function answerStream({ events, whole }, pace, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_bench' })
  if (pace === 'full') return response.end(whole)
  // A held stream shows its first events and then stays open until the client leaves.
  if (pace === 'hold') return response.write(Buffer.concat(events.slice(0, -3)))
  const stream = { response, events, at: 0 }
  paced.add(stream)
  response.on('close', () => paced.delete(stream))
  ticker ??= setInterval(tick, SEGMENT_INTERVAL_MS)
}

function tick() {
  for (const stream of paced) {
    const event = stream.events[stream.at++]
    if (event === undefined) {
      paced.delete(stream)
      stream.response.end()
    } else stream.response.write(event)
  }
  if (paced.size === 0) {
    clearInterval(ticker)
    ticker = undefined
  }
}

server.keepAliveTimeout = 120_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, () =>
  process.send?.({ port: server.address().port }),
)
process.on('disconnect', () => process.exit(0))
