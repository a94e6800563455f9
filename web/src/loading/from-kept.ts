/** Loading a model from the copy on this machine. */

import { isCoreError } from '../engine/core-error';
import { answeredWithin } from '../errors/deadline';
import { DamagedCopy, DamagedText, type KeptModel } from '../kept/kept-model';
import { namedTexts, readTexts, type TokenizerFile, type Texts } from '../weights/texts';
import { CopyFeeder } from './copy-feeder';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { ONCE, type SmallFiles } from './small-files';

/** Where the model came from, which may be out of reach. */
export type Server = Pick<SmallFiles, 'need' | 'find'>;

/** For so long, a copy waits for what its server may have beside it. */
const BESIDE_MS = 3000;

/** One small file that is damaged is no reason to fetch gigabytes again, where its server has it. */
async function textOf(
  kept: KeptModel,
  name: string,
  server: Server | undefined,
  report: LoadReport,
): Promise<string> {
  try {
    return await kept.text(name);
  } catch (error) {
    if (!server || !(error instanceof DamagedText)) throw error;
    const text = await server.need(name);
    if (!(await kept.repair(name, text))) {
      throw new DamagedCopy(`${error.message}, and the server has another one by now`);
    }
    report.note(`${name} was fetched again, since ${error.message}.`);
    return text;
  }
}

/** With what stands beside its texts on the server, where an older page did not ask; nothing is said where it is silent. */
async function textsOf(
  kept: KeptModel,
  server: Server | undefined,
  report: LoadReport,
): Promise<Texts> {
  const need = (name: string) => textOf(kept, name, server, report);
  const beside = { isAsked: false, isAnswered: true };
  const findBeside = async (server: Server, name: TokenizerFile) => {
    beside.isAsked = true;
    try {
      return await answeredWithin(server.find(name, ONCE), BESIDE_MS, 'no answer');
    } catch {
      beside.isAnswered = false; // the copy opens as it is, and asks again next time
      return undefined;
    }
  };
  const find = async (name: TokenizerFile) => {
    if (kept.hasText(name)) return need(name);
    return server && kept.misses(name) ? findBeside(server, name) : undefined;
  };
  const texts = await readTexts({ need, find });
  if (beside.isAsked && beside.isAnswered) await kept.addTexts(namedTexts(texts));
  return texts;
}

/** Rejects with what is wrong with the copy, or with a lack of memory. */
async function load(
  feeder: Feeder,
  kept: KeptModel,
  server: Server | undefined,
  report: LoadReport,
): Promise<void> {
  const parts = kept.manifest?.parts;
  feeder.begin(
    await textsOf(kept, server, report),
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

/**
 * Whether the copy was whole and right; one that is not is of no use any more, and the page says so. server: undefined
 * where the weights' file alone had said what the texts say.
 */
export async function loadFromKept(
  feeder: Feeder,
  kept: KeptModel,
  server: Server | undefined,
  report: LoadReport,
): Promise<boolean> {
  try {
    await load(feeder, kept, server, report);
    return true;
  } catch (error) {
    const unusable = error instanceof DamagedCopy || isCoreError(error, 'weights');
    if (!unusable) throw error;
    report.note(`Fetched again, since ${error.message}.`);
    return false;
  }
}
