// What an app's compiler must make of the package: a response is a ChatCompletion of the OpenAI SDK.
import { BYOKHandler, type CompletionResponse } from 'byok-handler'
import type OpenAI from 'openai'

type IsAny<T> = 0 extends 1 & T ? true : false

/** Were the type lost on the way, everything below would pass and mean nothing. */
export const typesAreLost: [IsAny<CompletionResponse>, IsAny<typeof BYOKHandler>] = [false, false]

/** By assignment alone, without a cast. */
export const asChatCompletion = (response: CompletionResponse): OpenAI.ChatCompletion => response

/** The same, as it comes from the handler. */
export async function ask(prompt: string): Promise<OpenAI.ChatCompletion> {
  const handler = new BYOKHandler({ keys: { openai: 'test-key-openai-0001' } })
  return await handler.generateResponse({ prompt })
}

/** Events narrow by their type. */
export async function* texts(handler: BYOKHandler, prompt: string): AsyncGenerator<string> {
  for await (const event of handler.streamCompletion({ prompt })) {
    if (event.type === 'text') yield event.text
  }
}
