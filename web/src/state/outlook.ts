/** What the core says of an experiment before it is run. */

import type { MemoryNeed } from '../engine/module';
import { messageOf } from '../errors/errors';
import type { Experiment } from '../experiment/experiment';
import { formatBytes } from '../weights/sources';
import type { EngineAccess } from '../worker/engine-access';

export type Outlook = { need: MemoryNeed } | { refused: string };

export const CANNOT = 'It cannot be run as it stands';

export async function outlookOf(engine: EngineAccess, experiment: Experiment): Promise<Outlook> {
  try {
    return { need: await engine.memoryOf(experiment) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

/** Why it cannot be run; undefined where it can. */
export function refusal(outlook: Outlook): string | undefined {
  if ('refused' in outlook) return `${CANNOT}: ${outlook.refused}`;
  const { least, allowed } = outlook.need;
  if (least <= allowed) return undefined;
  return (
    `${CANNOT}: it needs ${formatBytes(least)} beside the weights; this tab has ` +
    `room for ${formatBytes(allowed)}`
  );
}

export function outlookText(outlook: Outlook): string {
  const why = refusal(outlook);
  if (why !== undefined || 'refused' in outlook) return why ?? '';
  const { least, most, allowed } = outlook.need;
  return most > allowed
    ? `Needs ${formatBytes(least)} beside the weights, ${formatBytes(most)} to compute nothing twice; this tab has room for ${formatBytes(allowed)}.`
    : `Holds at most ${formatBytes(most)} beside the weights.`;
}
