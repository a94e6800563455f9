/** What the engine throws, in its worker: of an error the page gets the message alone. */

/** Thrown by the module: an Error whose `code` says what kind of input was wrong. */
export interface CoreError extends Error {
  code:
    | 'config'
    | 'weights'
    | 'tokenizer'
    | 'prompt'
    | 'target'
    | 'experiment'
    | 'state'
    | 'memory'
    | 'internal';
}

/** Whether the engine threw it; with a code, whether for that reason. */
export function isCoreError(error: unknown, code?: CoreError['code']): error is CoreError {
  if (!(error instanceof Error)) return false;
  const found = (error as Partial<CoreError>).code;
  return code === undefined ? typeof found === 'string' : found === code;
}
