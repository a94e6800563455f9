/** What the engine is asked about a cell that stays: its patched run, its neurons, its layer's heads and patterns. */

import type { CellDetails, ExperimentStart, NeuronChanges } from '../engine/module';
import { whileWanted } from '../errors/errors';
import type { Direction } from '../experiment/experiment';
import { isAblation } from '../result/metrics';
import type { LabResult } from '../result/result';
import type { Lab } from '../state/lab.svelte';
import { type CellPlace, samePlace } from '../state/selection.svelte';
import type { EngineAccess } from '../worker/engine-access';
import { type LayerHeads, layerHeads } from './layer-heads';
import { cellOfPlace, type SceneMap, type View } from './scene-map';

const CONTINUATION = 6;
const NEURONS = 4;

/** What is shown, read where it is needed: what depends on one does not depend on all. */
interface Shown {
  lab: Lab;
  result: LabResult;
  map: SceneMap;
  view: View;
  /** The cell that is looked at while none is chosen. */
  proposed?: CellPlace | undefined;
}

/** What the heads of a layer were asked for. */
interface HeadsOf {
  layer: number;
  direction: Direction;
  view: View;
  start: ExperimentStart;
}

/** The map's row that a place is in. */
function rowOf(result: LabResult, map: SceneMap, place: CellPlace) {
  const cell = cellOfPlace(result, map, place);
  return cell && map.rows[cell.row];
}

/** Of a place's patched run; row: the map's. */
export function detailsAt(
  engine: EngineAccess,
  { sweeps, experiment }: LabResult,
  { sweep }: SceneMap['rows'][number],
  { layer, head, position }: CellPlace,
  continuation: number,
): Promise<CellDetails> {
  const isOfHeads = sweeps[sweep]?.info.axes === 'head';
  const [row, column] = isOfHeads ? [-1, head] : [head, position];
  return engine.cell(sweep, layer, row, column, continuation, experiment);
}

export class CellAnswers {
  problem = $state<string>();
  private readonly isIdle = $derived.by(() => this.shown.lab.run.status !== 'running');
  readonly engine = $derived.by(() => (this.isIdle ? this.shown.lab.run.engine : undefined));
  /** Whether only loading its model again would tell more. */
  readonly isWithoutModel = $derived.by(() => this.isIdle && !this.engine);
  /** What has to be computed is computed for a cell that stays. */
  private readonly asked = $derived.by(() => {
    const { lab, proposed } = this.shown;
    return lab.selection.locked ?? proposed;
  });
  private details = $state.raw<{ place: CellPlace; found: CellDetails }>();
  private neurons = $state.raw<{ place: CellPlace; found: NeuronChanges }>();
  private heads = $state.raw<HeadsOf & { found: LayerHeads }>();
  private pattern = $state.raw<{ layer: number; start: ExperimentStart; found: Float32Array }>();

  constructor(private readonly shown: Shown) {}

  detailsOf(place: CellPlace): CellDetails | undefined {
    return this.details && samePlace(this.details.place, place) ? this.details.found : undefined;
  }

  neuronsOf(place: CellPlace): NeuronChanges | undefined {
    return this.neurons && samePlace(this.neurons.place, place) ? this.neurons.found : undefined;
  }

  headsOf({ layer, direction }: CellPlace): LayerHeads | undefined {
    const { result, view } = this.shown;
    const isOf = this.areHeadsOf({ layer, direction, view, start: result.start });
    return isOf ? this.heads?.found : undefined;
  }

  /** [head][query][key], of the clean run. */
  patternOf({ layer }: CellPlace): Float32Array | undefined {
    const { pattern } = this;
    const isOf = pattern?.layer === layer && pattern.start === this.shown.result.start;
    return isOf ? pattern.found : undefined;
  }

  /** Effects: everything is asked anew where another cell stays. */
  follow(): void {
    $effect(() => this.askDetails());
    $effect(() => this.askNeurons());
    $effect(() => this.askHeads());
    $effect(() => this.askPattern());
  }

  private areHeadsOf({ layer, direction, view, start }: HeadsOf): boolean {
    const { heads } = this;
    return (
      heads?.layer === layer &&
      heads.direction === direction &&
      heads.start === start &&
      heads.view === view
    );
  }

  /** Dropped where another one is shown since. */
  private ask<Found>(promise: Promise<Found>, use: (found: Found) => void) {
    return whileWanted(promise, use, (why) => (this.problem = why));
  }

  private askDetails() {
    const { asked: place, engine } = this;
    const { lab, result, map } = this.shown;
    const row = place && rowOf(result, map, place);
    if (!place || !engine || !row || lab.run.status !== 'done') return undefined;
    this.problem = undefined;
    return this.ask(detailsAt(engine, result, row, place, CONTINUATION), (found) => {
      this.details = { place, found };
    });
  }

  private askNeurons() {
    const { engine } = this;
    const { lab, result } = this.shown;
    const { experiment } = result;
    const place = lab.selection.locked;
    if (!place || !engine || place.position < 0) return undefined;
    if (isAblation(experiment) || place.site === 'resid_pre') return undefined;
    return this.ask(engine.neurons(place.layer, place.position, NEURONS, experiment), (found) => {
      this.neurons = { place, found };
    });
  }

  private askHeads() {
    const { asked: place, engine } = this;
    const { lab, result, view } = this.shown;
    if (!place || !engine || place.site === 'resid_pre') return undefined;
    const { layer, direction } = place;
    const of: HeadsOf = { layer, direction, view, start: result.start };
    if (lab.run.status !== 'done' || this.areHeadsOf(of)) return undefined;
    const abort = new AbortController();
    const drop = this.ask(
      layerHeads(engine, result, layer, direction, view, abort.signal),
      (found) => {
        if (found) this.heads = { ...of, found };
      },
    );
    return () => {
      drop();
      abort.abort();
    };
  }

  private askPattern() {
    const { engine } = this;
    const layer = this.asked?.layer;
    const { start, experiment } = this.shown.result;
    if (layer === undefined || !engine) return undefined;
    return this.ask(engine.patterns('clean', layer, experiment), (found) => {
      this.pattern = { layer, start, found };
    });
  }
}
