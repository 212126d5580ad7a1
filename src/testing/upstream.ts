// A provider's server on this machine: it speaks the real dialects, misbehaves on request, and remembers who called.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { outgoing } from './body.js'
import { type Counts, deliver } from './deliver.js'
import type { Reply } from './reply.js'

/** One request as the upstream saw it. */
export interface UpstreamRequest extends Readonly<Counts> {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Parsed where it is JSON, otherwise the text. */
  readonly body: unknown
  /** When the request had come whole: milliseconds since 1970. */
  readonly at: number
  /** The client closed the connection before the reply was over. */
  readonly closedByClient: boolean
  /** How long after `at` it did. */
  readonly closedAfterMs: number | undefined
  /** Resolves when the reply is over or the connection is gone. */
  readonly over: Promise<void>
}

/** A reply for each request, of which the last repeats; or a function that decides. */
export type UpstreamScript =
  | readonly Reply[]
  | ((request: UpstreamRequest, index: number) => Reply | Promise<Reply>)

/** A running test upstream. */
export interface Upstream {
  /** Without `/v1`: the base URL for Anthropic's SDK; OpenAI's wants `/v1` behind it. */
  readonly url: string
  /** Every request so far, in order of arrival. */
  readonly requests: readonly UpstreamRequest[]
  /** How many requests have come. */
  hits(): number
  /** How many connections are open now. */
  openSockets(): number
  /** Replaces the script from the next request on. */
  play(script: UpstreamScript): void
  /** Closes the server and every connection. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** Starts an upstream on a free port of 127.0.0.1. */
export async function startUpstream(script: UpstreamScript): Promise<Upstream> {
  const requests: UpstreamRequest[] = []
  const sockets = new Set<Socket>()
  let current = script
  let played = 0
  let isClosing = false

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let isOurEnd = false
    const request = await receive(message, response, () => isOurEnd || isClosing)
    const willClose = () => {
      isOurEnd = true
    }
    requests.push(request)
    const index = played++
    const reply = typeof current === 'function' ? await current(request, index) : pick(current, index)
    if (reply.kind !== 'connection') {
      const asked = { path: pathOf(request), body: request.body }
      await deliver(response, outgoing(reply, asked), reply, request, willClose)
    } else if (reply.how === 'reset') {
      willClose()
      response.socket?.resetAndDestroy()
    }
  }

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => {
      // A broken script must be seen by the test that wrote it: as a status that nothing else here answers with.
      if (response.headersSent) response.destroy()
      else response.writeHead(599).end(`The script of the test upstream failed: ${String(error)}`)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A reset by the client is what many tests are about, and no failure of this server.
    socket.on('error', () => undefined)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server's address is never a string

  async function close(): Promise<void> {
    isClosing = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    hits: () => requests.length,
    openSockets: () => sockets.size,
    play(next) {
      current = next
      played = 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The URL of a port on which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server's address is never a string
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return `http://127.0.0.1:${port}`
}

/** Reads a request whole, and watches how its connection ends. */
async function receive(
  message: IncomingMessage,
  response: ServerResponse,
  isOurEnd: () => boolean,
): Promise<Mutable<UpstreamRequest>> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const arrived = performance.now()
  let resolveOver = () => {}
  const request: Mutable<UpstreamRequest> = {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: message.headers,
    body: parse(Buffer.concat(chunks).toString()),
    at: Date.now(),
    closedByClient: false,
    closedAfterMs: undefined,
    over: new Promise<void>((resolve) => {
      resolveOver = resolve
    }),
    bytesSent: 0,
    eventsSent: 0,
    pauses: 0,
  }
  response.once('close', () => {
    request.closedByClient = !response.writableFinished && !isOurEnd()
    if (request.closedByClient) request.closedAfterMs = performance.now() - arrived
    resolveOver()
  })
  return request
}

function pathOf({ path }: UpstreamRequest): string {
  return path.split('?', 1)[0] ?? ''
}

function pick(replies: readonly Reply[], index: number): Reply {
  const reply = replies[index] ?? replies.at(-1)
  if (reply === undefined) throw new Error('the list of replies is empty')
  return reply
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
