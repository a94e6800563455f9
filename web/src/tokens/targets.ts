/** Targets as they are typed, and as they are shown. */

import type { TargetText } from '../experiment/experiment';
import { visibleText } from './token-diff';

/** Tells targets apart. */
export const targetKey = (target: TargetText): string => JSON.stringify(target);

/** For a person to read. */
export function targetLabel(target: TargetText): string {
  if (typeof target === 'number') return `#${target}`;
  return visibleText(typeof target === 'string' ? target : target.continuation);
}

export function uniqueTargets(targets: readonly TargetText[]): TargetText[] {
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}
