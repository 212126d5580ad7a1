// Compiled by the type check, never run: a response is a ChatCompletion of either OpenAI SDK, and a stored body a request.

import type {
  BYOKHandler,
  CompletionRequest,
  CompletionResponse,
  HandlerOptions,
  JsonSchema,
  Message,
  ResponseFormat,
  StreamEvent,
  Tool,
  ToolChoice,
} from 'byok-handler'
import type OpenAI6 from 'openai'
import type OpenAI7 from 'openai7'

declare const handler: BYOKHandler
declare const response: CompletionResponse

/** A response goes wherever a ChatCompletion is wanted, in both SDKs. */
export const asChatCompletion6: OpenAI6.Chat.ChatCompletion = response
export const asChatCompletion7: OpenAI7.Chat.ChatCompletion = response

/** Its message goes back into the next request, of ours and of the SDKs. */
const { message } = response.choices[0]
export const asMessage: Message = message
export const asMessageParam6: OpenAI6.Chat.ChatCompletionMessageParam = message
export const asMessageParam7: OpenAI7.Chat.ChatCompletionMessageParam = message

/** A body as people have stored it, checked against the SDK's own type. */
const stored6 = {
  model: 'openai/gpt-5.4-nano',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'No lists.' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
      ],
      name: 'Ada',
    },
    {
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'A cat.' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: 'Looks.',
        parameters: { type: 'object', properties: {} },
        strict: true,
      },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'look' } },
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'animal', schema: {}, strict: true } },
  max_completion_tokens: 100,
  temperature: 0,
  top_p: 1,
  stop: ['END'],
  seed: 7,
  reasoning_effort: 'low',
  user: 'ada',
} satisfies OpenAI6.Chat.ChatCompletionCreateParamsNonStreaming satisfies OpenAI7.Chat.ChatCompletionCreateParamsNonStreaming
export const storedIsRequest: CompletionRequest = stored6

/** What the SDK lets be null may be null here too. */
const withNulls = {
  model: 'openai/gpt-5.4-nano',
  messages: [{ role: 'user', content: 'Hi' }],
  max_tokens: null,
  max_completion_tokens: null,
  temperature: null,
  top_p: null,
  stop: null,
  seed: null,
  reasoning_effort: null,
} satisfies OpenAI6.Chat.ChatCompletionCreateParamsNonStreaming
export const nullsAreRequest: CompletionRequest = withNulls

/** Values typed by the SDKs go in as they are, but for the roles and choices that no other vendor has. */
type StoredField =
  | 'model'
  | 'tools'
  | 'response_format'
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'temperature'
  | 'top_p'
  | 'stop'
  | 'seed'
  | 'reasoning_effort'
  | 'parallel_tool_calls'
  | 'user'
declare const body6: Pick<OpenAI6.Chat.ChatCompletionCreateParamsNonStreaming, StoredField>
declare const body7: Pick<OpenAI7.Chat.ChatCompletionCreateParamsNonStreaming, StoredField>
declare const history6: Exclude<
  OpenAI6.Chat.ChatCompletionMessageParam,
  OpenAI6.Chat.ChatCompletionFunctionMessageParam
>[]
declare const history7: Exclude<
  OpenAI7.Chat.ChatCompletionMessageParam,
  OpenAI7.Chat.ChatCompletionFunctionMessageParam
>[]
declare const tools6: OpenAI6.Chat.ChatCompletionTool[]
declare const tools7: OpenAI7.Chat.ChatCompletionTool[]
declare const choice6: Exclude<
  OpenAI6.Chat.ChatCompletionToolChoiceOption,
  OpenAI6.Chat.ChatCompletionAllowedToolChoice
>
declare const choice7: Exclude<
  OpenAI7.Chat.ChatCompletionToolChoiceOption,
  OpenAI7.Chat.ChatCompletionAllowedToolChoice
>
declare const effort6: OpenAI6.ReasoningEffort
declare const effort7: OpenAI7.ReasoningEffort
export const bodies: readonly CompletionRequest[] = [
  { ...body6, messages: history6, tool_choice: choice6 },
  { ...body7, messages: history7, tool_choice: choice7 },
  { messages: history6, tools: tools6, reasoning_effort: effort6 },
  { messages: history7, tools: tools7, reasoning_effort: effort7 },
]
export const messages: readonly (readonly Message[])[] = [history6, history7]
export const tools: readonly (readonly Tool[])[] = [tools6, tools7]
export const choices: readonly ToolChoice[] = [choice6, choice7]

/** A schema may be typed by an interface, which has no index signature. */
interface AppSchema {
  readonly type: 'object'
  readonly properties: { readonly city: { readonly type: 'string' } }
}
declare const appSchema: AppSchema
export const schema: JsonSchema = appSchema
export const schemaTool: Tool = { type: 'function', function: { name: 'look', parameters: appSchema } }
export const schemaFormat: ResponseFormat = {
  type: 'json_schema',
  json_schema: { name: 'city', schema: appSchema },
}

/** What may be missing can be passed as it is. */
declare const perhaps: {
  readonly text: string | undefined
  readonly number: number | undefined
  readonly flag: boolean | undefined
}
export const perhapsOptions: HandlerOptions = {
  keys: { openai: process.env.OPENAI_API_KEY, anthropic: perhaps.text },
  providers: { local: { baseURL: perhaps.text, headers: undefined }, groq: undefined },
  models: { cheap: perhaps.text, strong: undefined },
  defaults: { model: perhaps.text, temperature: perhaps.number },
  failover: { maxCandidates: perhaps.number, streamFallback: perhaps.flag, midStream: undefined },
  timeout: { totalMs: perhaps.number },
  limits: { maxEventBytes: perhaps.number },
  callbacks: { onTextDelta: undefined },
  strict: perhaps.flag,
  fetch: undefined,
  clock: undefined,
  logger: undefined,
}
export const perhapsRequest: CompletionRequest = {
  prompt: perhaps.text,
  model: perhaps.text,
  temperature: perhaps.number,
  tools: undefined,
  responseFormat: undefined,
  signal: undefined,
  timeout: { idleMs: perhaps.number },
  headers: { 'x-trace': perhaps.text },
  providerOptions: { openai: undefined },
  callbacks: { onFirstDelta: undefined },
  max_tokens: perhaps.number,
}

/** Every event is told apart by its type. */
export async function textOf(request: CompletionRequest): Promise<string> {
  let text = ''
  for await (const event of handler.streamCompletion(request)) {
    const narrowed: StreamEvent = event
    if (narrowed.type === 'text') text += narrowed.text
    if (narrowed.type === 'done') return narrowed.response.text
  }
  return text
}

/** What is wrong is an error already here. */
export const wrong: readonly CompletionRequest[] = [
  // @ts-expect-error an unknown option
  { prompt: 'Hi', maxTokns: 5 },
  // @ts-expect-error a limit that is text
  { prompt: 'Hi', maxTokens: '5' },
  // @ts-expect-error an unknown role
  { messages: [{ role: 'bot', content: 'Hi' }] },
  // @ts-expect-error an unknown effort
  { prompt: 'Hi', reasoning: 'extreme' },
]
// @ts-expect-error a tool without a name
export const namelessTool: Tool = { type: 'function', function: { description: 'x' } }
// @ts-expect-error a finish reason is never absent
export const unfinished: undefined = response.choices[0].finish_reason
