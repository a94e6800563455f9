/** The page's side of its service worker, which gives it threads and keeps it for visits without a network. */

import type { ToServiceWorker } from './service-worker';

const RELOADED = 'reloaded-for-isolation';
const PATIENCE_MS = 10_000;

function canRegister(): boolean {
  return import.meta.env.PROD && globalThis.isSecureContext && 'serviceWorker' in navigator;
}

const register = () => navigator.serviceWorker.register('./service-worker.js');

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

/** Whether the page is about to be opened again, with threads: then there is nothing to show. */
export async function opensOnceMore(): Promise<boolean> {
  if (globalThis.crossOriginIsolated || !canRegister()) return false;
  try {
    // Once for a visit: a browser that is not isolated by it would be opened for ever.
    if (sessionStorage.getItem(RELOADED)) return false;
    await register();
    if (!(await isControlled())) return false;
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
    return true;
  } catch {
    return false; // the page says what is missing: engine/variant.ts
  }
}

/** Has the page kept. engine: the build of it that this browser uses. */
export async function keepPage(engine: string): Promise<void> {
  if (!canRegister()) return;
  try {
    await register();
  } catch {
    return; // the page only does without being kept
  }
  const { active } = await navigator.serviceWorker.ready;
  const message: ToServiceWorker = { keepWith: engine };
  active?.postMessage(message);
}
