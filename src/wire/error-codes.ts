// The words by which providers name their failures, and what each means to us.

import type { ErrorCode } from '../core/error-code.js'

/**
 * Codes and types that name a cause exactly; they go before the status. Lower case.
 * Sources: the error pages of OpenAI, Anthropic, Google (google.rpc.Code and ErrorInfo reasons), Azure, Mistral, Groq,
 * DeepSeek, Moonshot, Alibaba Model Studio, llama.cpp and OpenRouter.
 */
const exact: Readonly<Record<string, ErrorCode>> = {
  // keys
  invalid_api_key: 'authentication',
  authentication_error: 'authentication',
  invalid_authentication_error: 'authentication',
  incorrect_api_key_error: 'authentication',
  invalidapikey: 'authentication',
  api_key_invalid: 'authentication',
  unauthenticated: 'authentication',
  unauthorized: 'authentication',
  permission_error: 'permission',
  permission_denied: 'permission',
  permission_denied_error: 'permission',
  access_denied: 'permission',
  unsupported_country_region_territory: 'permission',
  // money, before rates: both come as 429
  insufficient_quota: 'quota-exceeded',
  quota_exceeded: 'quota-exceeded',
  exceeded_current_quota_error: 'quota-exceeded',
  insufficient_balance: 'quota-exceeded',
  insufficient_credits: 'quota-exceeded',
  insufficient_user_quota: 'quota-exceeded',
  billing_error: 'quota-exceeded',
  billing_hard_limit_reached: 'quota-exceeded',
  billing_not_active: 'quota-exceeded',
  payment_required: 'quota-exceeded',
  arrearage: 'quota-exceeded',
  // rates and load
  rate_limit_exceeded: 'rate-limited',
  rate_limit_error: 'rate-limited',
  rate_limit_reached_error: 'rate-limited',
  too_many_requests: 'rate-limited',
  throttling: 'rate-limited',
  'throttling.ratequota': 'rate-limited',
  'throttling.allocationquota': 'rate-limited',
  overloaded_error: 'overloaded',
  overloaded: 'overloaded',
  engine_overloaded_error: 'overloaded',
  engine_overloaded: 'overloaded',
  server_overloaded: 'overloaded',
  model_overloaded: 'overloaded',
  slow_down: 'overloaded',
  // the request
  model_not_found: 'model-not-found',
  model_decommissioned: 'model-not-found',
  model_not_supported: 'model-not-found',
  invalid_model: 'model-not-found',
  not_found_error: 'model-not-found',
  not_found: 'model-not-found',
  deploymentnotfound: 'model-not-found',
  modelnotfound: 'model-not-found',
  resource_not_found_error: 'model-not-found',
  context_length_exceeded: 'context-length',
  context_window_exceeded: 'context-length',
  model_context_window_exceeded: 'context-length',
  exceed_context_size_error: 'context-length',
  request_too_large: 'context-length',
  prompt_too_long: 'context-length',
  string_above_max_length: 'context-length',
  content_filter: 'content-filter',
  content_policy_violation: 'content-filter',
  responsibleaipolicyviolation: 'content-filter',
  data_inspection_failed: 'content-filter',
  datainspectionfailed: 'content-filter',
  moderation_blocked: 'content-filter',
  // time
  timeout: 'timeout',
  timeout_error: 'timeout',
  request_timeout: 'timeout',
  deadline_exceeded: 'timeout',
}

/** Words so general that a status says more; they decide only where there is none (an error inside a stream). */
const general: Readonly<Record<string, ErrorCode>> = {
  invalid_request_error: 'invalid-request',
  invalid_argument: 'invalid-request',
  invalid_request: 'invalid-request',
  bad_request: 'invalid-request',
  invalid_prompt: 'invalid-request',
  resource_exhausted: 'rate-limited',
  server_error: 'provider',
  api_error: 'provider',
  internal: 'provider',
  internal_error: 'provider',
  internal_server_error: 'provider',
  unavailable: 'provider',
  service_unavailable: 'provider',
  service_unavailable_error: 'provider',
}

/** The code that one of a provider's words names exactly. The first that does decides. */
export function codeOfWords(words: readonly string[]): ErrorCode | undefined {
  return firstIn(exact, words)
}

/** The code that one of a provider's words suggests, where no status is known. */
export function codeOfGeneralWords(words: readonly string[]): ErrorCode | undefined {
  return firstIn(general, words)
}

/** The code of an HTTP status that is no success. */
export function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'authentication'
    case 402:
      return 'quota-exceeded'
    case 403:
      return 'permission'
    case 404:
      return 'model-not-found'
    case 408:
    case 504:
      return 'timeout'
    case 413:
      return 'context-length'
    case 429:
      return 'rate-limited'
    case 529:
      return 'overloaded'
    default:
      return status >= 400 && status < 500 ? 'invalid-request' : 'provider'
  }
}

function firstIn(
  table: Readonly<Record<string, ErrorCode>>,
  words: readonly string[],
): ErrorCode | undefined {
  for (const word of words) {
    const key = word.toLowerCase()
    if (Object.hasOwn(table, key)) return table[key]
  }
  return undefined
}
