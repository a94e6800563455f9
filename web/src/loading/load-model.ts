/**
 * Loading a model into the engine. For the worker, all of whose code is one file: WebKit begins a worker a second time
 * in itself where a file that comes later imports from its first one.
 */

import { EMBEDDED_ID, type ModelSource } from '../weights/sources';
import type { Feeder } from './feeder';
import { loadFromElsewhere } from './from-elsewhere';
import { PageModel } from './from-page';
import type { LoadReport } from './report';

/** What ends the pauses of a load that waits to try again. */
export interface Retriable {
  retryNow(): void;
}

/** feeder: once there is an engine. onLoad: takes the load, where it comes from an address. */
export async function loadModel(
  feeder: Promise<Feeder>,
  source: ModelSource,
  report: LoadReport,
  onLoad: (load: Retriable) => void,
): Promise<void> {
  if (source.id === EMBEDDED_ID) {
    const model = new PageModel(source, report);
    onLoad(model);
    await model.feed(await feeder);
    return;
  }
  await loadFromElsewhere(await feeder, source, report, onLoad);
}
