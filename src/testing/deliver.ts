// Sends one reply over one connection, and breaks it where told.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Outgoing } from './body.js'
import type { Break, Delivery } from './reply.js'

/** What is counted while a reply goes out. */
export interface Counts {
  bytesSent: number
  eventsSent: number
  /** How often the connection took no more, and sending waited for the reader. */
  pauses: number
}

/**
 * Sends a reply, and calls `willClose` before it breaks the connection itself. Resolves when all is sent or the connection is gone;
 * a stalled one stays open.
 */
export async function deliver(
  response: ServerResponse,
  { status, headers, pieces, isStream }: Outgoing,
  delivery: Delivery,
  counts: Counts,
  willClose: () => void,
): Promise<void> {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  const wait = (ms: number | undefined) => pause(ms, closed.signal)

  if (delivery.informational) {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
  }
  await wait(delivery.headersAfterMs)
  if (response.destroyed) return
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.writeHead(status)
  response.flushHeaders()
  await wait(delivery.firstEventAfterMs)

  const limited = limit(pieces, delivery.break, isStream)
  const events =
    delivery.eventsPerWrite === undefined ? each(limited) : batch(limited, delivery.eventsPerWrite)
  for (const { bytes, count } of events) {
    if (counts.eventsSent > 0) await wait(delivery.eventEveryMs)
    for (const slice of slices(bytes, delivery.sliceBytes)) {
      if (response.destroyed) return
      counts.bytesSent += slice.length
      if (!response.write(slice)) {
        counts.pauses += 1
        await drained(response, closed.signal)
      }
      // One turn of the loop, so that the slices leave one by one.
      if (delivery.sliceBytes !== undefined) await setImmediate()
    }
    counts.eventsSent += count
  }
  if (response.destroyed) return
  if (delivery.break?.how === 'reset' || delivery.break?.how === 'cut') willClose()
  await close(response, delivery.break, closed.signal)
}

/** Ends the response the way the break says. */
async function close(response: ServerResponse, end: Break | undefined, closed: AbortSignal): Promise<void> {
  const how = end?.how ?? 'end'
  switch (how) {
    case 'end':
      response.end()
      return
    case 'reset':
      // What was written before must leave first, or the reset overtakes it.
      await flushed(response)
      await setTimeout(10)
      response.socket?.resetAndDestroy()
      return
    case 'cut':
      await flushed(response)
      response.socket?.end()
      return
    case 'stall':
      while (end?.keepAliveMs !== undefined && !closed.aborted) {
        await pause(end.keepAliveMs, closed)
        if (!closed.aborted) response.write(': keep-alive\n\n')
      }
      return
    default:
      how satisfies never
  }
}

interface Piece {
  readonly bytes: Uint8Array
  /** How many events it holds. */
  readonly count: number
}

/** The pieces up to the break. */
function* limit(
  pieces: Iterable<Uint8Array>,
  end: Break | undefined,
  isStream: boolean,
): Iterable<Uint8Array> {
  let bytesLeft = end?.afterBytes ?? Number.POSITIVE_INFINITY
  const maxPieces = isStream ? (end?.afterEvents ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  let count = 0
  for (const piece of pieces) {
    if (count >= maxPieces || bytesLeft <= 0) return
    count += 1
    if (!isStream && end?.afterEvents !== undefined && end.afterBytes === undefined) {
      bytesLeft = end.afterEvents === 0 ? 0 : Math.ceil(piece.length / 2)
    }
    if (bytesLeft > 0) yield piece.subarray(0, Math.min(piece.length, bytesLeft))
    bytesLeft -= piece.length
  }
}

function* each(pieces: Iterable<Uint8Array>): Iterable<Piece> {
  for (const bytes of pieces) yield { bytes, count: 1 }
}

function* batch(pieces: Iterable<Uint8Array>, size: number): Iterable<Piece> {
  let waiting: Uint8Array[] = []
  for (const bytes of pieces) {
    waiting.push(bytes)
    if (waiting.length < size) continue
    yield { bytes: Buffer.concat(waiting), count: waiting.length }
    waiting = []
  }
  if (waiting.length > 0) yield { bytes: Buffer.concat(waiting), count: waiting.length }
}

function* slices(bytes: Uint8Array, size = bytes.length): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function pause(ms: number | undefined, closed: AbortSignal): Promise<void> {
  if (ms === undefined || closed.aborted) return
  await setTimeout(ms, undefined, { signal: closed }).catch(() => undefined)
}

async function drained(response: ServerResponse, closed: AbortSignal): Promise<void> {
  if (closed.aborted || !response.writableNeedDrain) return
  await once(response, 'drain', { signal: closed }).catch(() => undefined)
}

/** Resolves when what was written so far has been given to the system. */
async function flushed(response: ServerResponse): Promise<void> {
  const socket = response.socket
  if (socket === null || socket.destroyed) return
  await new Promise<void>((resolve) => {
    socket.once('close', resolve)
    socket.write('', () => resolve())
  })
}
