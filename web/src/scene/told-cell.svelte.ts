/** The cell that is looked at where there is no panel of it: what is told of it in a line. */

import type { CellDetails } from '../engine/module';
import { messageOf } from '../errors/errors';
import { strongestCell } from '../picture/keys';
import type { Cell } from '../result/cells';
import { placeOf } from '../result/panels';
import type { LabResult } from '../result/result';
import type { Lab } from '../state/lab.svelte';
import { type CellPlace, samePlace } from '../state/selection.svelte';
import { detailsAt } from './cell-answers.svelte';
import { cellSentence } from './cell-sentence';
import { titleOf } from './patch-text';
import { cellOfPlace, placeOfCell, strongestOf } from './scene-map';
import type { ShownMap } from './shown-map.svelte';

/** A cell that is only passed is not run again. */
const STAYS_MS = 150;
const CONTINUATION = 1;

export class ToldCell {
  problem = $state<string>();
  private details = $state.raw<{
    result: LabResult['start'];
    place: CellPlace;
    found: CellDetails;
  }>();
  readonly map = $derived.by(() => {
    const { map } = this.shown;
    return map && { ...map, picture: { ...map.picture, rowsShown: this.rowsShown() } };
  });
  readonly pointed = $derived.by(() => this.cellOf(this.lab.selection.hovered));
  readonly cell = $derived.by(() => {
    const { map, pointed, locked } = this;
    return pointed ?? locked ?? (map && (strongestOf(map) ?? strongestCell(map.picture)));
  });
  readonly place = $derived.by(() => this.placeOf(this.cell));
  readonly isHidden = $derived.by(() => this.cell !== undefined && this.hides(this.cell));
  /** Where it is. */
  readonly title = $derived.by(() => {
    const { result } = this.shown;
    const { place, patch } = this;
    if (!result || !place || !patch) return '';
    const text = titleOf(place.site, patch, result.start);
    return text.charAt(0).toUpperCase() + text.slice(1);
  });
  /** What its patch does. */
  readonly sentence = $derived.by(() => {
    const { result, view } = this.shown;
    const { map, cell, place, patch, details } = this;
    if (!result || !view || !map || !cell || !place) return '';
    if (this.isHidden) return 'Not shown yet.';
    const isOf = details?.result === result.start && samePlace(details.place, place);
    const top = isOf ? details.found.top[0] : undefined;
    return cellSentence(result, map, view, cell, place, patch, top);
  });
  private readonly locked = $derived.by(() => {
    const cell = this.cellOf(this.lab.selection.locked);
    return cell && !this.hides(cell) ? cell : undefined;
  });
  private readonly row = $derived.by(() => this.cell && this.map?.rows[this.cell.row]);
  private readonly patch = $derived.by(() => {
    const { result } = this.shown;
    const { row, cell } = this;
    const sweep = row && result?.sweeps[row.sweep];
    return sweep && cell && placeOf(sweep, result.model.nHead, row.row, cell.column);
  });

  /** rowsShown: see `Picture`. */
  constructor(
    private readonly lab: Lab,
    private readonly shown: ShownMap,
    private readonly rowsShown: () => number | undefined = () => undefined,
  ) {}

  placeOf(cell: Cell | undefined): CellPlace | undefined {
    const { result, map } = this.shown;
    return result && map && cell ? placeOfCell(result, map, cell.row, cell.column) : undefined;
  }

  point(cell: Cell | undefined): void {
    this.lab.selection.hovered = this.placeOf(cell);
  }

  choose(cell: Cell | undefined): void {
    const place = this.placeOf(cell);
    if (place) this.lab.selection.lock(place);
    else this.lab.selection.free();
  }

  /** An effect: its patched run is asked for what it says, once the cell stays. */
  follow(): (() => void) | undefined {
    const { result } = this.shown;
    const { place, row } = this;
    const { engine, status } = this.lab.run;
    this.problem = undefined;
    if (!place || !engine || !result || !row || this.isHidden || status !== 'done')
      return undefined;
    const wanted = { is: true };
    const timer = setTimeout(() => {
      detailsAt(engine, result, row, place, CONTINUATION).then(
        (found) => {
          if (wanted.is) this.details = { result: result.start, place, found };
        },
        (error: unknown) => {
          if (wanted.is) this.problem = messageOf(error);
        },
      );
    }, STAYS_MS);
    return () => {
      clearTimeout(timer);
      wanted.is = false;
    };
  }

  private cellOf(place: CellPlace | undefined): Cell | undefined {
    const { result, map } = this.shown;
    return place && result && map ? cellOfPlace(result, map, place) : undefined;
  }

  private hides({ row }: Cell): boolean {
    return row >= (this.rowsShown() ?? Infinity);
  }
}
