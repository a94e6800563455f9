/** What may be thrown, and who is told. */

/** Of another worker too, from where it comes as a plain error. */
export function isDomError(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Uses what a promise gives, or tells why it rejects, until what is returned is called: an effect's teardown. */
export function whileWanted<T>(
  promise: Promise<T>,
  use: (found: T) => unknown,
  tell: (problem: string) => unknown,
): () => void {
  let wanted = true;
  promise.then(
    (found) => {
      if (wanted) use(found);
    },
    (error: unknown) => {
      if (wanted) tell(messageOf(error));
    },
  );
  return () => {
    wanted = false;
  };
}

/** Tells what a promise that nobody waits for rejects with. */
export function follow(promise: Promise<unknown>, tell: (problem: string) => unknown): void {
  promise.catch((error: unknown) => tell(messageOf(error)));
}
