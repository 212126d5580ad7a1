// The smallest reader of server-sent events that is right for these streams: the floor that others are held against.

/**
 * Calls back with the parsed data of every event of a body.
 * @param {Response} response
 * @param {(data: any) => void} onData
 */
export async function readEvents(response, onData) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of response.body) {
    rest += decoder.decode(bytes, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      if (rest.startsWith('data: ', start)) {
        const data = rest.slice(start + 6, end)
        if (data !== '[DONE]') onData(JSON.parse(data))
      }
      start = end + 1
    }
    rest = rest.slice(start)
  }
}

/** Reads an OpenAI stream to its end and returns the number of characters of text. */
export async function readOpenAIText(response, onFirst) {
  let text = ''
  await readEvents(response, (chunk) => {
    const piece = chunk.choices[0]?.delta.content
    if (!piece) return
    if (text === '') onFirst?.()
    text += piece
  })
  return text.length
}

/** Reads an OpenAI stream of tool calls and returns the number of characters in their parsed arguments. */
export async function readOpenAITools(response) {
  const calls = []
  await readEvents(response, (chunk) => collectToolCalls(calls, chunk))
  return countArguments(calls)
}

/** Joins the fragments of a chunk's tool calls by hand, as a user of the bare SDK does. */
export function collectToolCalls(calls, chunk) {
  for (const fragment of chunk.choices[0]?.delta.tool_calls ?? []) {
    const call = calls[fragment.index]
    if (call === undefined) {
      calls[fragment.index] = {
        id: fragment.id,
        name: fragment.function.name,
        arguments: fragment.function.arguments,
      }
    } else call.arguments += fragment.function.arguments
  }
}

/** Parses the arguments of every call and counts what they hold. */
export function countArguments(calls) {
  return calls.reduce((sum, call) => sum + JSON.parse(call.arguments).text.length, 0)
}
