/** Loading a model into the engine, from wherever it can be had soonest. For the worker. */

import { Keeper } from '../kept/keeper';
import { KeptModel } from '../kept/kept-model';
import { newManifest } from '../kept/manifest';
import { EMBEDDED_ID, type ModelSource } from '../weights/sources';
import { AddressLoad } from './from-address';
import { loadFromFiles } from './from-files';
import { loadFromKept } from './from-kept';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

async function openKept(
  source: ModelSource,
  feeder: Feeder,
  report: LoadReport,
): Promise<KeptModel | undefined> {
  if (source.id === EMBEDDED_ID) return undefined; // it comes with the page
  try {
    return await KeptModel.open(source.folder, feeder.dtype);
  } catch {
    report.note('This browser gives the page no storage: the model is not kept for next time.');
    return undefined;
  }
}

/** onAddress: takes the load from an address, where it comes to one. */
export async function loadModel(
  feeder: Feeder,
  source: ModelSource,
  report: LoadReport,
  onAddress: (load: AddressLoad) => void,
): Promise<void> {
  if (source.local) {
    await loadFromFiles(feeder, source.local, report);
    return;
  }
  let kept = await openKept(source, feeder, report);
  if (kept?.isComplete) {
    if (await loadFromKept(feeder, kept, report)) return;
    kept = await openKept(source, feeder, report);
  }
  const manifest = kept?.manifest ?? newManifest(source.folder, source.label, feeder.dtype);
  const keeper = await Keeper.open(kept, manifest, report.note);
  const load = new AddressLoad(feeder, source, keeper, report);
  onAddress(load);
  await load.run();
}
