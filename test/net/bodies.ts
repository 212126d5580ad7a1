// Bodies of responses that a test feeds itself, and that tell whether their reader has closed them.

/** A body and what became of it. */
export interface TestBody {
  readonly stream: ReadableStream<Uint8Array>
  /** The reader let go of it before its end. */
  isClosed(): boolean
  /** How many pieces were taken. */
  taken(): number
}

const encoder = new TextEncoder()

/** A body of these pieces, each a read of its own. Then it ends, breaks with an error, or stays open in silence. */
export function bodyOf(
  pieces: Iterable<string | Uint8Array>,
  then: 'end' | 'silence' | { readonly breaksWith: unknown } = 'end',
): TestBody {
  const source = pieces[Symbol.iterator]()
  let isClosed = false
  let taken = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = source.next()
        if (!done) {
          taken += 1
          controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value)
        } else if (then === 'end') controller.close()
        else if (then === 'silence') return new Promise(() => undefined)
        else controller.error(then.breaksWith)
        return undefined
      },
      cancel() {
        isClosed = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, isClosed: () => isClosed, taken: () => taken }
}
