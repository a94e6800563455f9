/** Registers the service worker; opens the page once more where only that gives it threads. */

const RELOADED = 'reloaded-for-isolation';
const PATIENCE_MS = 10_000;

function canRegister(): boolean {
  return import.meta.env.PROD && globalThis.isSecureContext && 'serviceWorker' in navigator;
}

/** Resolves when the worker answers for this page, or does not within a while. */
async function isControlled(): Promise<boolean> {
  if (navigator.serviceWorker.controller) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, PATIENCE_MS);
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Whether the page is about to be opened again: then there is nothing to show. */
export async function installServiceWorker(): Promise<boolean> {
  if (!canRegister()) return false;
  try {
    const registration = navigator.serviceWorker.register('./service-worker.js');
    if (globalThis.crossOriginIsolated) {
      registration.catch(() => undefined); // the page only does without being kept
      return false;
    }
    // Once for a visit: a browser that is not isolated by it would be opened for ever.
    if (sessionStorage.getItem(RELOADED)) return false;
    await registration;
    if (!(await isControlled())) return false;
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
    return true;
  } catch {
    return false; // the page says what is missing: engine/variant.ts
  }
}
