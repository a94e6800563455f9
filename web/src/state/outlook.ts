/** What the core says of an experiment before it is run. */

import type { EngineAccess } from '../engine/engine-access';
import type { MemoryNeed } from '../engine/module';
import type { Experiment } from '../experiment/experiment';
import { messageOf } from '../loading/errors';
import { formatBytes } from '../weights/sources';

export type Outlook = { need: MemoryNeed } | { refused: string };

export async function outlookOf(engine: EngineAccess, experiment: Experiment): Promise<Outlook> {
  try {
    return { need: await engine.memoryOf(experiment) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

export function outlookText(outlook: Outlook): string {
  if ('refused' in outlook) return `It cannot be run as it stands: ${outlook.refused}`;
  const { least, most, allowed } = outlook.need;
  const room = `; this tab has room for ${formatBytes(allowed)}`;
  if (least > allowed) {
    return `It cannot be run as it stands: it needs ${formatBytes(least)} beside the weights${room}`;
  }
  return most > allowed
    ? `Needs ${formatBytes(least)} beside the weights, ${formatBytes(most)} to compute nothing twice${room}.`
    : `Holds at most ${formatBytes(most)} beside the weights.`;
}
