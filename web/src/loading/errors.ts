import type { CoreError } from '../engine/module';

/** Whether the engine threw it; with a code, whether for that reason. */
export function isCoreError(error: unknown, code?: CoreError['code']): error is CoreError {
  if (!(error instanceof Error)) return false;
  const found = (error as Partial<CoreError>).code;
  return code === undefined ? typeof found === 'string' : found === code;
}

/** Of another worker too, from where it comes as a plain error. */
export function isDomError(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells what a promise that nobody waits for rejects with. */
export function follow(promise: Promise<unknown>, tell: (problem: string) => unknown): void {
  promise.catch((error: unknown) => tell(messageOf(error)));
}
