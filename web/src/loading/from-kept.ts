/** Loading a model from the copy on this machine. */

import { DamagedCopy, type KeptModel } from '../kept/kept-model';
import { type Feeder, readTexts } from './feeder';
import { isCoreError } from './errors';
import type { LoadReport } from './report';

/** Rejects with what is wrong with the copy, or with a lack of memory. */
async function load(feeder: Feeder, kept: KeptModel, report: LoadReport): Promise<void> {
  feeder.begin(await readTexts((name) => kept.text(name)));
  report.begin({ kind: 'disk' }, kept.manifest?.bytes);
  for await (const chunk of kept.chunks()) {
    feeder.feed(chunk);
    report.add(chunk.byteLength);
  }
  feeder.session.finish();
}

/** Whether the copy was whole and right; one that is not is thrown away, and the page says so. */
export async function loadFromKept(
  feeder: Feeder,
  kept: KeptModel,
  report: LoadReport,
): Promise<boolean> {
  try {
    await load(feeder, kept, report);
    return true;
  } catch (error) {
    const unusable = error instanceof DamagedCopy || isCoreError(error, 'weights');
    if (!unusable) throw error;
    report.note(`Fetched again, since ${error.message}.`);
    await kept.remove();
    return false;
  }
}
