// The entry byok-handler/testing: a fake clock, a scripted provider, a server that misbehaves on request, a suite for stores.

export {
  type StoreConformanceCase,
  type StoreConformanceOptions,
  storeConformance,
} from '../stores/conformance.js'
export type { Answer, AnswerToolCall, AnswerUsage } from './answer.js'
export { FakeClock, type FakeClockOptions } from './fake-clock.js'
export {
  type AnswerOptions,
  type AnswerReply,
  type Break,
  type BreakPoint,
  type ConnectionReply,
  type Delivery,
  type Encoding,
  type ErrorReply,
  type ExtraEvent,
  type Framing,
  type RawBody,
  type RawReply,
  type Reply,
  reply,
} from './reply.js'
export {
  type ScriptedCall,
  type ScriptedProvider,
  type ScriptedProviderOptions,
  type ScriptedReply,
  type ScriptedStep,
  scriptedProvider,
} from './scripted-provider.js'
export type { ErrorContent } from './speech.js'
export {
  closedPort,
  startUpstream,
  type Upstream,
  type UpstreamRequest,
  type UpstreamScript,
} from './upstream.js'
