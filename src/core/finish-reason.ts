// Why an answer ended: the provider's word, and OpenAI's.

/** OpenAI's words for the end of an answer. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

const known: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['completed', 'stop'],
  ['tool_calls', 'tool_calls'],
  ['tool_use', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['max_output_tokens', 'length'],
  ['incomplete', 'length'],
  ['content_filter', 'content_filter'],
  ['refusal', 'content_filter'],
])

/** OpenAI's word for a provider's, or `undefined` for one that nobody has documented. Case does not matter. */
export function finishReasonOf(word: string): FinishReason | undefined {
  return known.get(word) ?? known.get(word.toLowerCase())
}

/** The words that say the answer failed; they are errors, not ends. */
export function isFailureWord(word: string): boolean {
  return word === 'error' || word === 'failed'
}
