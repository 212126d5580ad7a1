// The ways of measuring, as they run inside a contestant's own process.

import { median, percentile, slope } from './statistics.mjs'

const SCALING_SIZES = [16_384, 65_536, 262_144, 1_048_576]
const SCALING_MAX_REPEAT = 16
const SETTLE_MS = 300

/**
 * @typedef {object} Measurement
 * @property {number} value
 * @property {number} [check] what the contestant made of the answers: the same for all
 * @property {Record<string, number>} [detail]
 */

/**
 * CPU of this process, user and system, in microseconds for each chunk.
 * @returns {Promise<Measurement>}
 */
export async function measureCpu(contestant, task) {
  const run = contestant[task.operation]
  await repeat(run, task.warmUp, task.concurrency)
  const { used, check } = await cpuOf(() => repeat(run, task.repeat, task.concurrency))
  return { value: used / (task.repeat * task.divisor), check }
}

/** Milliseconds from the call to the first text, one request at a time: the median. */
export async function measureFirstDelta(contestant, task) {
  const latencies = []
  let check
  for (let index = 0; index < task.warmUp + task.repeat; index++) {
    const start = performance.now()
    let latency
    check = await contestant.text(() => {
      latency ??= performance.now() - start
    })
    if (index >= task.warmUp) latencies.push(latency)
  }
  return { value: median(latencies), check }
}

/** Whole streams a second with a fixed number open at once. */
export async function measureThroughput(contestant, task) {
  await repeat(contestant.text, task.warmUp, task.concurrency)
  globalThis.gc?.()
  const start = performance.now()
  const check = await repeat(contestant.text, task.repeat, task.concurrency)
  return { value: (task.repeat * 1_000) / (performance.now() - start), check }
}

/** Bytes of heap that an open stream keeps after collection. The streams never end; the process is simply left. */
export async function measureHeap(contestant, task, warmUpContestant) {
  const check = await repeat(warmUpContestant.text, task.warmUp, 10)
  const before = await heapAfterCollection()
  let failure
  await new Promise((resolve, reject) => {
    let open = 0
    for (let index = 0; index < task.repeat; index++) {
      const onFirst = () => {
        if (++open === task.repeat) resolve()
      }
      contestant.text(onFirst).then(
        () => reject(new Error('a stream that should stay open has ended')),
        (error) => {
          failure = error
          reject(error)
        },
      )
    }
  })
  const after = await heapAfterCollection()
  if (failure) throw failure
  return { value: (after - before) / task.repeat, check }
}

/** The exponent by which CPU grows with the size of one tool call's arguments. */
export async function measureScaling(open, task) {
  const detail = {}
  let check = 0
  await repeat(open(SCALING_SIZES[1]).tools, task.warmUp, 1)
  const points = []
  for (const size of task.sizes ?? SCALING_SIZES) {
    const times = Math.min(SCALING_MAX_REPEAT, SCALING_SIZES.at(-1) / size)
    const { tools } = open(size)
    await repeat(tools, 1, 1)
    const result = await cpuOf(() => repeat(tools, times, 1))
    check += result.check
    detail[`cpuMs${size / 1_024}KB`] = result.used / times / 1_000
    points.push([Math.log(size), Math.log(result.used / times)])
  }
  return { value: slope(points), check, detail }
}

/**
 * Microseconds, as the contestant's own operation counts them, one after another. Where it has something that it is to be
 * compared with, both are done in turn, and the difference counts.
 */
export async function measureLatency(contestant, task) {
  const [latencies, compared] = [[], []]
  for (let index = 0; index < task.warmUp + task.repeat; index++) {
    const latency = await contestant[task.operation]()
    const other = await contestant.without?.()
    if (index < task.warmUp) continue
    latencies.push(latency)
    if (other !== undefined) compared.push(other)
  }
  const value = percentile(latencies, task.share)
  return { value: compared.length === 0 ? value : value - percentile(compared, task.share) }
}

async function cpuOf(run) {
  globalThis.gc?.()
  const before = process.cpuUsage()
  const check = await run()
  const { user, system } = process.cpuUsage(before)
  return { used: user + system, check }
}

/** Runs an operation a number of times, some at once, and gives what it answered; it must always be the same. */
async function repeat(run, times, concurrency = 1) {
  let started = 0
  let check
  const worker = async () => {
    while (started++ < times) {
      const answer = await run()
      check ??= answer
      if (answer !== check) throw new Error(`answers differ: ${check} and ${answer}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, times) }, worker))
  return check
}

async function heapAfterCollection() {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
