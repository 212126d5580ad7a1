// What `import 'byok-handler'` gives.

export type { ChunkOptions } from './accumulate.js'
export type { AppPrices } from './catalogue/app-prices.js'
export type { AppPrice, AppRates, AppTier } from './catalogue/check-price.js'
export type { Attempt, AttemptError, AttemptMode, AttemptOutcome, CredentialSource } from './core/attempt.js'
export type { BudgetState, ExceededBudget } from './core/budget-state.js'
export type {
  AppClassifier,
  Classification,
  ClassifierQuestion,
  ClassifierVerdict,
  DecidingFeature,
} from './core/classification.js'
export type { CancelTimer, Clock } from './core/clock.js'
export type { CompletionStream } from './core/completion-stream.js'
export type { ContextOverflow } from './core/context-overflow.js'
export type {
  ProviderAdapter,
  ProviderCall,
  Transport,
  TransportRequest,
} from './core/contracts.js'
export type {
  ConfidenceDelta,
  Delta,
  FinishDelta,
  ProgressDelta,
  ReasoningDelta,
  RefusalDelta,
  RepairDelta,
  StartDelta,
  TextDelta,
  ToolCallDelta,
  UsageDelta,
  WarningDelta,
} from './core/delta.js'
export type { ErrorCode, TimeoutPhase, UpstreamFault } from './core/error-code.js'
export { ByokError, type ErrorDetails, isByokError, ProviderError } from './core/errors.js'
export type { Escalation, EscalationCoolDown, EscalationReason } from './core/escalation.js'
export type { FinishReason } from './core/finish-reason.js'
export type { HandlerEvents, RequestLabels } from './core/handler-events.js'
export type { Level, TaskType } from './core/level.js'
export type {
  AssistantMessage,
  CacheMark,
  Content,
  ContentPart,
  CustomTool,
  CustomToolCall,
  FunctionTool,
  FunctionToolCall,
  ImagePart,
  JsonSchema,
  Message,
  MessageOrigin,
  ReasoningBlock,
  ReasoningSetting,
  ResponseFormat,
  SystemMessage,
  TextPart,
  Tool,
  ToolCall,
  ToolChoice,
  ToolMessage,
  UserMessage,
} from './core/message.js'
export type {
  CataloguePrice,
  CatalogueRates,
  Modality,
  ModelAbilities,
  ModelInfo,
  ReasoningControl,
  WorkKind,
} from './core/model-info.js'
export type { FoundPrice, ModelPrice, PriceSource, Rate, TieredRate } from './core/price.js'
export type { RateLimit, RateLimits } from './core/rate-limits.js'
export type { ChatRequest, ProviderOptions } from './core/request.js'
export type {
  ByokInfo,
  CompletionResponse,
  Cost,
  PartialAnswer,
  ResponseChoice,
  ResponseMessage,
  ResponseUsage,
  Timing,
} from './core/response.js'
export type {
  LevelSource,
  PriceLabel,
  Route,
  RouteCandidate,
  RouteExclusion,
  RouteFilter,
} from './core/route.js'
export { Secret } from './core/secret.js'
export type {
  Admission,
  AlertMark,
  Charge,
  Claim,
  CounterState,
  Hold,
  LedgerEntry,
  RateClaim,
  Refusal,
  Settlement,
  Store,
  StoredText,
} from './core/store.js'
export type {
  AttemptEvent,
  DoneEvent,
  OutputEvent,
  ReasoningEvent,
  RefusalEvent,
  StreamEvent,
  TextEvent,
  ToolCallEvent,
  ToolCallFragmentEvent,
  UsageEvent,
  WarningEvent,
} from './core/stream-event.js'
export type { Usage } from './core/usage.js'
export type { RecordFilter, RecordOutcome, UsageRecord } from './core/usage-record.js'
export type { Warning, WarningCode } from './core/warning.js'
export type { Approval } from './cost/admission.js'
export type { OnExceed } from './cost/budget-limit.js'
export type { Period } from './cost/calendar.js'
export type { BudgetScope } from './cost/counter.js'
export type { Percentiles } from './cost/durations.js'
export type { UsageFigures } from './cost/usage-figures.js'
export type { GroupValues, UsageGroup } from './cost/usage-groups.js'
export type { Moment, UsageGroupName, UsageQuery } from './cost/usage-query.js'
export type { UsageReport } from './cost/usage-report.js'
export type { HandlerEventName, HandlerListener } from './events/emitter.js'
export { BYOKHandler } from './handler.js'
export type { KeyState } from './keys/pool.js'
export type { FoundKeys, KeyContext, KeyEntry, KeyFunction, KeySetting } from './keys/resolver.js'
export { accumulate } from './lazy-accumulate.js'
export type {
  BudgetName,
  BudgetOption,
  BudgetQuestion,
  RateLimitOption,
} from './options/check-budgets.js'
export type { RequestDefaults } from './options/check-defaults.js'
export type { EscalationOptions, EscalationsOf, EscalationTries } from './options/check-escalation.js'
export type { MoneyOptions } from './options/check-money.js'
export type { ConcurrencyOptions } from './options/check-resilience.js'
export type { ChoiceOptions, RoutingOptions, TenantPolicySource } from './options/check-routing.js'
export type { TenantOptions } from './options/check-tenants.js'
export type { CompletionRequest, TimeoutOptions } from './options/completion-request.js'
export { envKeys } from './options/environment-keys.js'
export type { HandlerOptions, Logger } from './options/handler-options.js'
export type { KeyQuestion } from './options/key-question.js'
export type { KeyVerdict } from './pipeline/check-key.js'
export type { Health, ModelStatus } from './pipeline/health.js'
export type { DeltaCallbacks } from './pipeline/prepared-request.js'
export type { ProviderSetting } from './providers/registry.js'
export type { SdkClient } from './providers/sdk-transport.js'
export type { BreakerOptions, BreakerState } from './resilience/breaker.js'
export type { ModelHealth } from './resilience/health.js'
export type { RetryOptions } from './resilience/retry.js'
export type { LearnedModel } from './routing/learned.js'
export type {
  AppReRanker,
  EscalationRequest,
  MinuteLimits,
  ModelPattern,
  Preference,
} from './routing/policy.js'
export type { AppTokenCounter } from './routing/token-counter.js'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.js'
export type { DialectName } from './wire/dialect.js'
