/** What is true of a lesson's question: found in the live result, and compared with a guess. */

import type { Box, Cell } from '../result/cells';
import { isAblation } from '../result/metrics';
import { isOwnMap, type LabResult } from '../result/result';
import { indexOf, stateOf } from '../picture/picture';
import { hasInputRow, placeOfCell, sceneMap, type SceneMap, viewOf } from '../scene/scene-map';
import { diffTokens } from '../tokens/token-diff';
import type { CellRule, ChoiceAsk, MapAsk, Show, Verdict } from './lesson';

/** As much of the strongest counts as right, and as near. */
const RIGHT = 0.9;
const NEAR = 0.5;

/** A result's map, with how far each cell moves the answer. */
export interface Moved {
  result: LabResult;
  map: SceneMap;
  /** Of the gap between the runs; of an ablation, which has none, of the strongest cell. NaN where it is not known. */
  shareAt: (cell: Cell) => number;
}

/** Undefined where there is none, or where the runs say nearly the same so that nothing can be moved. */
export function movedIn(result: LabResult, { choice }: Show): Moved | undefined {
  const info = result.sweeps.map((sweep) => sweep.info).find(isOwnMap);
  const isAblated = isAblation(result.experiment);
  const reference = isAblated ? 'unpatched' : 'share';
  const view = viewOf(result, { ...choice, reference }, false);
  const map = info && view && sceneMap(result, {}, info.site, info.direction, view, true);
  if (!map || (!isAblated && !map.isShare)) return undefined;
  const { picture } = map;
  const { range } = picture.scale;
  if (range.kind !== 'diverging') return undefined;
  const whole = isAblated ? range.extent : 1;
  const shareAt = (cell: Cell) => {
    const index = indexOf(picture, cell);
    return stateOf(picture, index) === 'exact'
      ? Math.abs((picture.values[index] ?? Number.NaN) - range.centre) / whole
      : Number.NaN;
  };
  return { result, map, shareAt };
}

/** First and last of the rows and columns that a rule looks at; undefined where the map has none of them. */
export function boxOfRule(
  result: LabResult,
  map: SceneMap,
  { rows, columns }: CellRule,
): Box | undefined {
  const { picture } = map;
  const first = hasInputRow(map) ? 1 : 0;
  const [lastRow, lastColumn] = [picture.rows - 1, picture.columns - 1];
  const rowsOf = (): Box['rows'] => {
    if (rows === 'all') return [0, lastRow];
    if (rows === 'input') return [0, 0];
    if (rows === 'layers') return [first, lastRow];
    const layers = map.rows.map((_, row) => placeOfCell(result, map, row, 0)?.layer);
    return [layers.indexOf(rows, first), layers.lastIndexOf(rows)];
  };
  const columnsOf = (): Box['columns'] => {
    if (columns === 'all') return [0, lastColumn];
    if (columns === 'last') return [lastColumn, lastColumn];
    const { tokensClean, tokensCorrupted } = result.start;
    const differing = diffTokens(tokensClean, tokensCorrupted).clean.indexOf(true);
    const column = columns === 'differing' ? differing : columns;
    return [column, column];
  };
  const box = { rows: rowsOf(), columns: columnsOf() };
  const isThere =
    (rows !== 'input' || first === 1) &&
    box.rows[0] >= 0 &&
    box.columns[0] >= 0 &&
    box.columns[1] <= lastColumn;
  return isThere ? box : undefined;
}

function* cellsIn({ rows, columns }: Box): Generator<Cell> {
  for (let row = rows[0]; row <= rows[1]; row++) {
    for (let column = columns[0]; column <= columns[1]; column++) yield { row, column };
  }
}

function strongestIn({ shareAt }: Moved, box: Box): Cell | undefined {
  let strongest: Cell | undefined;
  let most = -1;
  for (const cell of cellsIn(box)) {
    if (shareAt(cell) > most) [strongest, most] = [cell, shareAt(cell)];
  }
  return strongest;
}

/** The cell that the rule finds; undefined where there is none. */
export function findCell(moved: Moved, rule: CellRule): Cell | undefined {
  const box = boxOfRule(moved.result, moved.map, rule);
  if (!box || rule.find === 'strongest') return box && strongestIn(moved, box);
  const { above = 0.5 } = rule;
  const rows = Array.from({ length: box.rows[1] - box.rows[0] + 1 }, (_, at) => box.rows[0] + at);
  if (rule.find === 'last above') rows.reverse();
  for (const row of rows) {
    const cell = strongestIn(moved, { ...box, rows: [row, row] });
    if (cell && moved.shareAt(cell) > above) return cell;
  }
  return undefined;
}

/** What a guess of this kind covers of where the rule looks: a cell, a word's column, a layer's row. */
export function guessBox({ guess }: Pick<MapAsk, 'guess'>, of: Box, { row, column }: Cell): Box {
  return {
    rows: guess === 'word' ? of.rows : [row, row],
    columns: guess === 'layer' ? of.columns : [column, column],
  };
}

/** The cell within that box that a guess stands for: the one that moves the answer most. */
export const cellOfGuess = (moved: Moved, box: Box): Cell | undefined => strongestIn(moved, box);

/** By what a place does, not by how near it lies; of the layer where something begins, by the layer. */
export function judge(moved: Moved, ask: MapAsk, guess: Cell, truth: Cell): Verdict {
  if (ask.answer.find !== 'strongest') {
    const apart = Math.abs(guess.row - truth.row);
    return apart === 0 ? 'right' : apart === 1 ? 'near' : 'wrong';
  }
  const ratio = moved.shareAt(guess) / moved.shareAt(truth);
  if (ratio >= RIGHT) return 'right';
  return ratio >= NEAR ? 'near' : 'wrong';
}

/** The choice that is true; undefined where none is. choices: as they are read, filled. */
export function trueChoice(
  { answer }: ChoiceAsk,
  choices: readonly string[],
  { start }: LabResult,
  moved: Moved | undefined,
): number | undefined {
  if (answer.kind === 'is') return answer.choice;
  if (answer.kind === 'says') {
    const [said] = answer.run === 'clean' ? start.topClean : start.topCorrupted;
    const word = (text: string) => text.replaceAll(/[“”]/g, '').trim();
    const choice = choices.findIndex((text) => word(text) === said?.text.trim());
    return choice < 0 ? undefined : choice;
  }
  const cell = moved && findCell(moved, answer.rule);
  if (!cell) return undefined;
  return moved.shareAt(cell) > answer.above ? answer.then : answer.otherwise;
}
