// An error that shows no stack, and keeps none.

/**
 * Takes the stack from an error that stands for somebody else's. Deleted alone, it would only be out of sight: until V8
 * has written a stack down it holds what each frame was called on, here the reader of an answer, and with it the body.
 */
export function withoutStack(error: Error): Error {
  error.stack = ''
  delete error.stack
  return error
}
