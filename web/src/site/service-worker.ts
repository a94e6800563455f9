/**
 * Keeps the page itself, its engine and the small model, so that it opens without a network; and
 * isolates it from other origins where its server cannot, since only then a page has threads.
 * Built as a file of its own beside the page.
 */

import { clientsClaim } from 'workbox-core';
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import type { PrecacheEntry } from 'workbox-precaching/_types';

declare const self: { PRECACHE: PrecacheEntry[] }; // written here by build/precache.ts

function isolated(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

addPlugins([{ handlerWillRespond: ({ response }) => Promise.resolve(isolated(response)) }]);
// An experiment in the address does not make it another page.
precacheAndRoute(self.PRECACHE, { ignoreURLParametersMatching: [/./] });
cleanupOutdatedCaches();
// For the first visit; a newer version waits until no page of the older one is open.
clientsClaim();
