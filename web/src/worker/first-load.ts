/** The load of the model that comes with the page, begun before the page itself is there. */

import type { Dtype } from '../weights/dtype';
import { EMBEDDED_ID, embeddedSource, type ModelSource } from '../weights/sources';
import { Engine, type LoadEvents } from './engine';

const DTYPE: Dtype = 'f32';

interface Begun {
  loaded: ReturnType<typeof Engine.load>;
  /** Has it go on for whoever waits for it now. */
  goOn: (events: LoadEvents) => void;
  abort: AbortController;
}

let begun: Begun | undefined;

/** query: of the page's address, which may ask for another model. */
export function beginFirstLoad(query: string): void {
  const asked = new URLSearchParams(query);
  if ((asked.get('model') ?? EMBEDDED_ID) !== EMBEDDED_ID || asked.has('dtype')) return;
  const abort = new AbortController();
  let told: ((events: LoadEvents) => void)[] = [];
  let heard: LoadEvents | undefined;
  const tell = (what: (events: LoadEvents) => void) => {
    if (heard) what(heard);
    else told.push(what);
  };
  const events: LoadEvents = {
    onProgress: (progress) => {
      tell(({ onProgress }) => {
        onProgress(progress);
      });
    },
    onNote: (note) => {
      tell(({ onNote }) => {
        onNote(note);
      });
    },
    onRetry: (retryNow) => {
      tell(({ onRetry }) => {
        onRetry(retryNow);
      });
    },
  };
  const loaded = Engine.load(embeddedSource(document.baseURI), DTYPE, events, abort.signal);
  loaded.catch(() => undefined); // told to whoever goes on with it
  const goOn = (now: LoadEvents) => {
    heard = now;
    for (const what of told) what(now);
    told = [];
  };
  begun = { loaded, goOn, abort };
}

/** As `Engine.load`, and with what was begun where that is the same. */
export async function loadEngine(
  source: ModelSource,
  dtype: Dtype,
  events: LoadEvents,
  signal: AbortSignal,
): ReturnType<typeof Engine.load> {
  const first = begun;
  begun = undefined;
  if (!first) return Engine.load(source, dtype, events, signal);
  if (source.id !== EMBEDDED_ID || dtype !== DTYPE) {
    first.abort.abort();
    return Engine.load(source, dtype, events, signal);
  }
  signal.addEventListener('abort', () => {
    first.abort.abort(signal.reason);
  });
  first.goOn(events);
  return first.loaded;
}
