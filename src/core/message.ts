// Messages and tools, in OpenAI's shape: that is what people have stored.

/** A piece of text. */
export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** An image by `https:` URL, `data:` URI or raw base64 (its type is read from its first bytes). */
export interface ImagePart {
  readonly type: 'image_url'
  readonly image_url: {
    readonly url: string
    readonly detail?: 'auto' | 'low' | 'high' | 'original' | undefined
  }
}

/** Sound, in base64. */
export interface AudioPart {
  readonly type: 'input_audio'
  readonly input_audio: { readonly data: string; readonly format: string }
}

/** A document: a data URI, or the id of a file the provider holds. */
export interface FilePart {
  readonly type: 'file'
  readonly file: {
    readonly file_data?: string | undefined
    readonly file_id?: string | undefined
    readonly filename?: string | undefined
  }
}

/** What an earlier answer declined to say. */
export interface RefusalPart {
  readonly type: 'refusal'
  readonly refusal: string
}

/** Asks the provider to keep the prompt up to this part in its cache (Anthropic's mark; others cache by themselves). */
export interface CacheMark {
  readonly cache_control?: { readonly type: 'ephemeral'; readonly ttl?: '5m' | '1h' | undefined } | undefined
}

/** One part of a message's content, told apart by its `type`. */
export type ContentPart = (TextPart | ImagePart | AudioPart | FilePart | RefusalPart) & CacheMark

/** Text, or parts in order. */
export type Content = string | readonly ContentPart[]

/** A call of a function tool. `arguments` is the JSON text as the model wrote it. */
export interface FunctionToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** A call of a custom tool, with free text. */
export interface CustomToolCall {
  readonly id: string
  readonly type: 'custom'
  readonly custom: { readonly name: string; readonly input: string }
}

/** Marks of ours on a call that came out of a stream. */
export interface ToolCallMarks {
  /** The arguments are no whole JSON object, the call was cut off, or it has no name: never run it. */
  readonly invalid?: true
}

/** A call that a model asks for. The app runs it, and answers with a `tool` message of the same id. */
export type ToolCall = (FunctionToolCall | CustomToolCall) & ToolCallMarks

/**
 * Reasoning of an earlier answer. `signature`, `redacted` and `id` are opaque and go back only to the provider that
 * sent them, whole and in order.
 */
export interface ReasoningBlock {
  readonly text?: string
  readonly signature?: string
  readonly redacted?: string
  readonly id?: string
  readonly format?: string
  /** The tool call that the opaque part stands on. */
  readonly toolCallId?: string
}

/** Where an assistant message came from, and the opaque state that its provider wants to see again. */
export interface MessageOrigin {
  readonly provider: string
  readonly model: string
  readonly reasoning: readonly ReasoningBlock[]
}

/** What the app tells the model, before or between the turns. */
export interface SystemMessage {
  readonly role: 'system' | 'developer'
  readonly content: Content
  readonly name?: string
}

/** What the end user says. */
export interface UserMessage {
  readonly role: 'user'
  readonly content: Content
  readonly name?: string
}

/** An earlier answer. Put `response.choices[0].message` here as it is: `byok` carries what its provider wants back. */
export interface AssistantMessage {
  readonly role: 'assistant'
  readonly content?: Content | null | undefined
  readonly refusal?: string | null | undefined
  readonly name?: string
  readonly tool_calls?: readonly ToolCall[] | undefined
  readonly reasoning_content?: string | undefined
  readonly byok?: MessageOrigin | undefined
}

/** What a tool answered. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly tool_call_id: string
  readonly content: Content
}

/** One message of a conversation, in OpenAI's shape, told apart by its `role`. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage

/** A JSON Schema: any object, so that schemas typed by an interface go in too. Lists are refused at run time. */
export type JsonSchema = object

/** A function that the model may ask for. */
export interface FunctionTool extends CacheMark {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description?: string | undefined
    readonly parameters?: JsonSchema | undefined
    readonly strict?: boolean | null | undefined
  }
}

/** A tool that takes free text instead of JSON. */
export interface CustomTool {
  readonly type: 'custom'
  readonly custom: {
    readonly name: string
    readonly description?: string | undefined
    /** The form of the text. @default free text */
    readonly format?:
      | { readonly type: 'text' }
      | {
          readonly type: 'grammar'
          readonly grammar: { readonly definition: string; readonly syntax: 'lark' | 'regex' }
        }
      | undefined
  }
}

/** A tool that is offered to the model. */
export type Tool = FunctionTool | CustomTool

/** Whether the model may, must or must not call a tool, or which one it must call. */
export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } }
  | { readonly type: 'custom'; readonly custom: { readonly name: string } }

/** Text, any JSON object, or JSON by a schema. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly json_schema: {
        readonly name: string
        readonly description?: string | undefined
        readonly schema?: JsonSchema | undefined
        readonly strict?: boolean | null | undefined
      }
    }

/** How hard the model shall think, or for how many tokens at the most. */
export type ReasoningSetting = 'none' | 'minimal' | 'low' | 'medium' | 'high' | number
