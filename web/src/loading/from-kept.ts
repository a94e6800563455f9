/** Loading a model from the copy on this machine. */

import { isCoreError } from '../engine/core-error';
import { DamagedCopy, DamagedText, type KeptModel } from '../kept/kept-model';
import { readTexts } from '../weights/texts';
import { CopyFeeder } from './copy-feeder';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

/** Gives a small file by its name, from where the model came. */
export type FetchText = (name: string) => Promise<string>;

/** One small file that is damaged is no reason to fetch gigabytes again. */
async function textOf(
  kept: KeptModel,
  name: string,
  fetchText: FetchText,
  report: LoadReport,
): Promise<string> {
  try {
    return await kept.text(name);
  } catch (error) {
    if (!(error instanceof DamagedText)) throw error;
    const text = await fetchText(name);
    if (!(await kept.repair(name, text))) {
      throw new DamagedCopy(`${error.message}, and the server has another one by now`);
    }
    report.note(`${name} was fetched again, since ${error.message}.`);
    return text;
  }
}

/** Rejects with what is wrong with the copy, or with a lack of memory. */
async function load(
  feeder: Feeder,
  kept: KeptModel,
  fetchText: FetchText,
  report: LoadReport,
): Promise<void> {
  const parts = kept.manifest?.parts;
  const need = (name: string) => textOf(kept, name, fetchText, report);
  const find = async (name: string) => (kept.hasText(name) ? need(name) : undefined);
  feeder.begin(
    await readTexts({ need, find }),
    parts?.map(({ name }) => name),
  );
  report.begin({ kind: 'disk' }, kept.manifest?.bytes);
  const copy = new CopyFeeder(feeder, parts ?? []);
  for await (const chunk of kept.chunks()) {
    copy.feed(chunk);
    report.add(chunk.byteLength);
  }
  feeder.session.finish();
}

/** Whether the copy was whole and right; one that is not is of no use any more, and the page says so. */
export async function loadFromKept(
  feeder: Feeder,
  kept: KeptModel,
  fetchText: FetchText,
  report: LoadReport,
): Promise<boolean> {
  try {
    await load(feeder, kept, fetchText, report);
    return true;
  } catch (error) {
    const unusable = error instanceof DamagedCopy || isCoreError(error, 'weights');
    if (!unusable) throw error;
    report.note(`Fetched again, since ${error.message}.`);
    return false;
  }
}
