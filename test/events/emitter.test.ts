// Listeners are called in order, and none can harm the others or the request.

import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import { SafeEmitter } from '../../src/events/emitter.js'

const payload: HandlerEvents['request'] = {
  requestId: 'r',
  requestedModel: 'auto',
  method: 'generateResponse',
}

function stage() {
  const failures: string[] = []
  const emitter = new SafeEmitter((name, failure) => failures.push(`${name}: ${String(failure)}`))
  return { emitter, failures }
}

describe('the emitter', () => {
  it('calls listeners in the order in which they came, with what happened', () => {
    const { emitter } = stage()
    const order: string[] = []
    emitter.on('request', ({ requestId }) => order.push(`first ${requestId}`))
    emitter.on('request', () => order.push('second'))
    emitter.on('error', () => order.push('another event'))
    emitter.emit('request', payload)
    expect(order).toEqual(['first r', 'second'])
  })

  it('goes on behind a listener that throws or rejects, and tells of it', async () => {
    const { emitter, failures } = stage()
    const last = vi.fn()
    emitter.on('request', () => {
      throw new Error('thrown')
    })
    emitter.on('request', async () => {
      throw new Error('rejected')
    })
    emitter.on('request', last)
    emitter.emit('request', payload)
    await new Promise((resolve) => setImmediate(resolve))
    expect(last).toHaveBeenCalledOnce()
    expect(failures).toEqual(['request: Error: thrown', 'request: Error: rejected'])
  })

  it('tells of a promise that rejects, of whatever realm', async () => {
    const { emitter, failures } = stage()
    const elsewhere: () => void = runInNewContext('async () => { throw "far away" }')
    emitter.on('request', elsewhere)
    emitter.emit('request', payload)
    await new Promise((resolve) => setImmediate(resolve))
    expect(failures).toEqual(['request: far away'])
  })

  it('needs no listener for errors, unlike what Node calls by that name', () => {
    const { emitter } = stage()
    expect(() => emitter.emit('error', {} as HandlerEvents['error'])).not.toThrow() // the payload does not matter
  })

  it('calls a listener for once once, and takes it off by its own name before that', () => {
    const { emitter } = stage()
    const [heard, never] = [vi.fn(), vi.fn()]
    emitter.once('request', heard)
    emitter.once('request', never)
    emitter.off('request', never)
    emitter.emit('request', payload)
    emitter.emit('request', payload)
    expect(heard).toHaveBeenCalledOnce()
    expect(never).not.toHaveBeenCalled()
    expect(emitter.hears('request')).toBe(false)
  })

  it('takes a listener for once off every event that it was added to', () => {
    const { emitter } = stage()
    const heard = vi.fn()
    emitter.once('request', heard)
    emitter.once('error', heard)
    emitter.off('request', heard)
    emitter.off('error', heard)
    expect([emitter.hears('request'), emitter.hears('error')]).toEqual([false, false])
  })

  it('lets listeners come and go while it calls them', () => {
    const { emitter } = stage()
    const late = vi.fn()
    const leaving = (): void => {
      emitter.off('request', leaving)
      emitter.on('request', late)
    }
    const after = vi.fn()
    emitter.on('request', leaving)
    emitter.on('request', after)
    emitter.emit('request', payload)
    expect(after).toHaveBeenCalledOnce()
    expect(late).not.toHaveBeenCalled()
    emitter.emit('request', payload)
    expect(late).toHaveBeenCalledOnce()
  })

  it('knows whether anybody listens', () => {
    const { emitter } = stage()
    const listener = (): void => undefined
    expect(emitter.hears('delta')).toBe(false)
    emitter.on('delta', listener)
    expect(emitter.hears('delta')).toBe(true)
    emitter.off('delta', listener)
    expect(emitter.hears('delta')).toBe(false)
    emitter.on('delta', listener)
    emitter.clear()
    expect(emitter.hears('delta')).toBe(false)
  })
})
