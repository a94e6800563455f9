/** What is known of a cell; each looks different wherever cells are shown or saved. */

import { valuesOf } from '../engine/measure-table';
import type { SweepValues } from './result';

export type CellState = 'exact' | 'estimated' | 'not finite' | 'not computed';

/** For people: what a cell without an exact value is. */
export const STATE_TEXTS: Record<Exclude<CellState, 'exact'>, string> = {
  estimated: 'a first-order estimate, not computed yet',
  'not finite': 'not finite: the patched run’s logits are no numbers',
  'not computed': 'not computed',
};

/** Of what a run gave, without estimates. cell: [row][column], flat. */
export function exactState(sweep: SweepValues, cell: number): CellState {
  if (sweep.notFinite[cell]) return 'not finite';
  return Number.isNaN(valuesOf(sweep.measures, 'kl')[cell] ?? Number.NaN)
    ? 'not computed'
    : 'exact';
}

/** [[row, column]] of the cells that are not finite, as saved results have them. */
export function notFiniteCells({ info, notFinite }: SweepValues): [row: number, column: number][] {
  const cells: [number, number][] = [];
  notFinite.forEach((marked, cell) => {
    if (marked) cells.push([Math.floor(cell / info.columns), cell % info.columns]);
  });
  return cells;
}

/** A line for each state that occurs, for captions. */
export function stateLines(states: readonly CellState[]): string[] {
  return [
    ['estimated', 'Coloured cells with a stroke are first-order estimates.'] as const,
    [
      'not finite',
      'Crossed cells are not finite: the patched run’s logits are no numbers.',
    ] as const,
    ['not computed', 'Cells with a stroke and no colour are not computed.'] as const,
  ].flatMap(([state, line]) => (states.includes(state) ? [line] : []));
}
