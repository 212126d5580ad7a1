// The adapter of a vendor's row: its dialect, its transport, its quirks. Loaded with the first request.

import { outputLimitOf } from '../catalogue/output-limits.js'
import type { AdapterSurroundings, ProviderAdapter, Transport } from '../core/contracts.js'
import type { Secret } from '../core/secret.js'
import type { AnswerLimits } from '../wire/sse.js'
import { dialectAdapter } from './adapter.js'
import type { ProviderRow } from './presets/row.js'
import { clientTransport, type SdkClient, sdkTransport } from './sdk-transport.js'

/** What an adapter is made from. */
export interface VendorAdapterParts {
  readonly row: ProviderRow
  readonly limits: AnswerLimits
  readonly surroundings: AdapterSurroundings
  readonly client: SdkClient | undefined
  /** What the client authenticates with. */
  readonly ownKey: Secret | undefined
  readonly transport: Transport | undefined
}

/** Makes the adapter of a row; only its own dialect is loaded. */
export async function adapterOf(parts: VendorAdapterParts): Promise<ProviderAdapter> {
  const { row, limits, surroundings } = parts
  const common = {
    id: row.id,
    transport: transportOf(parts),
    headers: row.headers ?? {},
    limits,
    outputLimitOf,
    surroundings,
  }
  switch (row.dialect) {
    case 'openai-chat': {
      const { openaiChat } = await import('../wire/openai-chat/dialect.js')
      const { defaultChatQuirks } = await import('../wire/openai-chat/quirks.js')
      const quirks = { ...defaultChatQuirks, ...row.quirks }
      return dialectAdapter({ ...common, dialect: openaiChat, quirks, toolCallIds: quirks.toolCallIds })
    }
    case 'openai-responses': {
      const { openaiResponses } = await import('../wire/openai-responses/dialect.js')
      const { defaultResponsesQuirks: quirks } = await import('../wire/openai-responses/quirks.js')
      return dialectAdapter({ ...common, dialect: openaiResponses, quirks, toolCallIds: quirks.toolCallIds })
    }
    case 'anthropic-messages': {
      const { anthropicMessages } = await import('../wire/anthropic-messages/dialect.js')
      const { defaultMessagesQuirks: quirks } = await import('../wire/anthropic-messages/quirks.js')
      return dialectAdapter({
        ...common,
        dialect: anthropicMessages,
        quirks,
        toolCallIds: quirks.toolCallIds,
      })
    }
    default:
      return row.dialect satisfies never
  }
}

function transportOf({ row, surroundings, client, ownKey, transport }: VendorAdapterParts): Transport {
  if (transport !== undefined) return transport
  if (client !== undefined) return clientTransport(client, ownKey)
  return sdkTransport(
    row.dialect === 'anthropic-messages' ? 'anthropic' : 'openai',
    row.baseURL ?? '',
    surroundings,
  )
}
