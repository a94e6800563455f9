/** One tab at a time changes what is kept of a model. */

type Release = () => void;

/** As browsers say it of a file that is locked. */
export function busy(): DOMException {
  return new DOMException('another tab is using it', 'NoModificationAllowedError');
}

/**
 * Takes the lock of a model's folder, or throws `busy`. It is given back by the function returned, or
 * by the end of the worker. A browser without locks has that of the file that is being written.
 */
export async function lockModel(key: string): Promise<Release> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks
      .request(`patchboard/models/${key}`, { ifAvailable: true }, (lock) => {
        if (!lock) throw busy();
        return new Promise<void>((release) => {
          resolve(release);
        });
      })
      .catch(reject);
  });
}

export async function withModel<Result>(key: string, act: () => Promise<Result>): Promise<Result> {
  const release = await lockModel(key);
  try {
    return await act();
  } finally {
    release();
  }
}
