// Tries the lock of a directory against living, dead and foreign holders.
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeSelf, type Holder, isAlive } from '../../../src/stores/file/holder.js'
import { takeLock } from '../../../src/stores/file/lock.js'
import { freshDirectory } from '../directory.js'

function write(directory: string, name: string, holder: Holder | string): string {
  const path = join(directory, name)
  writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify(holder))
  return path
}

it('is held by one at a time, and free again after its release', async () => {
  const directory = freshDirectory()
  const lock = await takeLock(directory)
  await expect(takeLock(directory)).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining(`process ${process.pid} on `),
  })
  await lock.release()
  expect(readdirSync(directory)).toEqual([])
  await (await takeLock(directory)).release()
})

it('is taken by exactly one of twenty that come at once', async () => {
  const directory = freshDirectory()
  write(directory, 'lock-7', { ...(await describeSelf()), began: 'another time' })
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(directory)))
  const held = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  expect(held).toHaveLength(1)
  expect(readdirSync(directory)).toHaveLength(1)
  await held[0]?.release()
})

it('is never held twice, however often it is taken and given back', { timeout: 30_000 }, async () => {
  const directory = freshDirectory()
  let [holding, taken] = [0, 0]
  const contender = async (): Promise<void> => {
    while (taken < 300) {
      const lock = await takeLock(directory).catch(() => undefined)
      if (lock === undefined) continue
      holding += 1
      expect(holding).toBe(1)
      taken += 1
      await setImmediate()
      holding -= 1
      await lock.release()
    }
  }
  await Promise.all(Array.from({ length: 8 }, contender))
})

it('does not outlast a process whose id another one has now', async () => {
  const directory = freshDirectory()
  const self = await describeSelf()
  if (self.began === '') return console.warn('SKIPPED: this system does not tell when a process began.')
  write(directory, 'lock-1', { ...self, began: String(Number(self.began) - 1) })
  await (await takeLock(directory)).release()
})

it('of another host is held as long as somebody touches it', async () => {
  const directory = freshDirectory()
  const self = await describeSelf()
  const foreign = { ...self, space: 'another host', token: 'x' }
  const path = write(directory, 'lock-1', foreign)
  const beats = setInterval(() => utimesSync(path, new Date(), new Date()), 100)
  expect(await isAlive(path, foreign, self, 2_000)).toBe(true)
  clearInterval(beats)
  utimesSync(path, new Date(0), new Date(0))
  expect(await isAlive(path, foreign, self, 500)).toBe(false)
  // A lock that is being written when it is looked at.
  const young = write(directory, 'lock-2', '')
  const looking = isAlive(young, undefined, self, 2_000)
  write(directory, 'lock-2', self)
  expect(await looking).toBe(true)
})

it('tells when it was taken away', { timeout: 10_000 }, async () => {
  const directory = freshDirectory()
  const lock = await takeLock(directory)
  const other: Holder = { ...(await describeSelf()), token: 'another' }
  expect(lock.isLost()).toBe(false)
  write(directory, 'lock-1', other)
  await expect.poll(() => lock.isLost(), { timeout: 5_000 }).toBe(true)
  await lock.release()
  expect(JSON.parse(readFileSync(join(directory, 'lock-1'), 'utf8'))).toEqual(other)
  rmSync(join(directory, 'lock-1'))
})
