/**
 * Keeps the page itself, its engine and the small model, so that it opens without a network; and
 * isolates it from other origins where its server cannot, since only then a page has threads.
 * Built as a file of its own beside the page.
 */

import { type PageFile, PageFiles } from './page-files';

// As much of a service worker as is used here: TypeScript knows windows or workers, not both.
interface Lasting extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface Fetching extends Lasting {
  request: Request;
  respondWith: (response: Promise<Response>) => void;
}
interface Told extends Lasting {
  data: ToServiceWorker;
}
interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Fetching;
  message: Told;
}
declare const self: {
  FILES: PageFile[]; // written here by build/precache.ts
  registration: ServiceWorkerRegistration;
  clients: { claim: () => Promise<void> };
  addEventListener: <Name extends keyof Events>(
    name: Name,
    listener: (event: Events[Name]) => void,
  ) => void;
};

/** What a page tells it: everything shall be kept, and of the engine this build. */
export interface ToServiceWorker {
  keepWith: string;
}

function isolated({ body, status, statusText, headers: sent }: Response): Response {
  const headers = new Headers(sent);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(body, { status, statusText, headers });
}

const files = new PageFiles(self.registration.scope, self.FILES);

self.addEventListener('install', (event) => {
  // At the first visit the page needs the network for itself, and tells when it is done.
  if (self.registration.active) event.waitUntil(files.succeed());
});

// At once at the first visit; a newer version waits until no page of the older one is open.
self.addEventListener('activate', (event) => {
  event.waitUntil(files.forgetOthers());
  // Not waited for: in Firefox it also waits for the engine's threads, which may sleep for ever.
  self.clients.claim().catch(() => undefined); // a page that is open is isolated when it is opened again
});

self.addEventListener('fetch', (event) => {
  const file = event.request.method === 'GET' ? files.find(event.request.url) : undefined;
  if (!file) return;
  const answer = files.answer(file, (work) => {
    event.waitUntil(work);
  });
  event.respondWith(answer.then(isolated));
});

self.addEventListener('message', (event) => {
  event.waitUntil(files.complete(event.data.keepWith));
});
