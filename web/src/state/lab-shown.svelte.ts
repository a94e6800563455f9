/** What is shown of what is set: what is known of it at once, and else a run of it. */

import { untrack } from 'svelte';

import type { ExperimentStart } from '../engine/module';
import { follow } from '../errors/errors';
import { asRun, keyOf } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import { identityOf } from '../history/entry';
import { isWhole } from '../result/region';
import type { EngineAccess } from '../worker/engine-access';
import type { AddressTrail } from './address-trail';
import type { Lab } from './lab.svelte';
import { placeIn } from './held-place';
import type { CameFrom, RunLimits, SavedResult } from './lab-run.svelte';
import type { LabTargets } from './lab-targets';

/** Exact values that are expected within this are computed unasked. */
const UNASKED: RunLimits = { longest: 3 };

/** A result that another one follows sooner was only passed through, unless it took as long to compute. */
const SETTLED_MS = 600;

export class LabShown {
  /** What was last run or shown, by whom; of any engine where it is a saved result. */
  private asked: { engine: EngineAccess | undefined; key: string } | undefined;
  /** Of the last run: one that only the answers' targets make necessary goes as far. */
  private limits: RunLimits = UNASKED;

  constructor(
    private readonly lab: Lab,
    private readonly targets: LabTargets,
    private readonly trail: AddressTrail,
  ) {}

  /** How far a run goes that nobody pressed Run for. */
  private get unasked(): RunLimits {
    return this.isToBeExact ? {} : UNASKED;
  }

  /** A room has no button to press, and a lesson tells what is true. */
  private get isToBeExact(): boolean {
    return this.lab.isPresented || this.lab.lesson !== undefined;
  }

  runUnasked(): void {
    this.run(this.unasked);
  }

  run(limits: RunLimits): void {
    const { engine, run } = this.lab;
    this.holdRunning();
    // What is known of it already stays while it is computed again.
    if (!this.lab.isShown || !run.engine) this.showHeld();
    const experiment = this.experimentAsRun();
    const key = keyOf(experiment);
    if (engine) this.asked = { engine, key };
    this.limits = limits;
    this.targets.forget();
    const onPredictions = (start: ExperimentStart) => {
      this.targets.followRun(start, key);
    };
    const choice = $state.snapshot(this.lab.choice);
    const running = run.start(experiment, choice, { ...limits, onPredictions });
    follow(running, (why) => (run.problem = why));
  }

  /** What a run has computed that another one ends is known all the same. */
  private holdRunning(): void {
    const { status, hasBegun, result, estimates, checks } = this.lab.run;
    if (status === 'running' && hasBegun && result) {
      this.lab.held.put({ result, estimates, checks });
    }
  }

  showSaved(saved: SavedResult, cameFrom: CameFrom): void {
    this.asked = { engine: undefined, key: keyOf(saved.result.experiment) };
    this.lab.run.showSaved(saved, cameFrom);
  }

  /** What is known already of what is set; returns whether that is all of it. */
  showHeld(): boolean {
    const { lab } = this;
    const identity = this.identityInUse(this.experimentAsRun());
    const held = identity === undefined ? undefined : lab.held.take(identity);
    if (!held) return false;
    lab.run.showSaved(held, 'history');
    this.limits = this.unasked;
    this.targets.followRun(held.result.start, keyOf(lab.experiment));
    const whole = isWhole(held.result);
    this.asked = whole ? { engine: lab.engine, key: keyOf(lab.experiment) } : undefined;
    return whole;
  }

  /** Of an experiment's result by the model in use. */
  identityInUse(experiment: Experiment): string | undefined {
    const { inUse } = this.lab.shelf;
    if (!inUse) return undefined;
    const { source, dtype, info } = inUse;
    const { id, tokenizer } = source;
    return identityOf({ experiment, model: { id, dtype, digest: info.fingerprint, tokenizer } });
  }

  /** What is set, as it is run. */
  experimentAsRun(): Experiment {
    return asRun($state.snapshot(this.lab.experiment));
  }

  /** An effect: the first-order map always; exact values where they are soon there, or are there already. */
  followEdits(): void {
    const { engine } = this.lab;
    const key = keyOf(this.lab.experiment);
    if (!engine || !this.lab.isRunnable) return;
    const isOfEngine = this.asked?.engine === undefined || this.asked.engine === engine;
    const isAsked = this.asked?.key === key && isOfEngine;
    if (isAsked && !(this.isToBeExact && this.lab.isShown && this.lab.run.status === 'estimated'))
      return;
    untrack(() => {
      const isFollowed = this.targets.hasMade(engine, key);
      // Who cancelled does not want what only follows it either.
      if (isFollowed && this.lab.run.isCancelled) this.asked = { engine, key };
      else if (!this.showHeld())
        this.run(isFollowed ? { ...this.limits, goesOn: true } : this.unasked);
    });
  }

  /** An effect: the cell that is held goes along to the map that is shown, and is let go where that has none such. */
  followMap(): void {
    const { isShown, run, selection } = this.lab;
    const { locked } = selection;
    if (!isShown || !run.result || !locked) return;
    const place = placeIn(run.result, locked);
    if (place === locked) return;
    untrack(() => {
      const { key } = selection;
      if (place) selection.lock(place);
      else selection.free();
      this.trail.slideCell(key, selection.key);
    });
  }

  /** An effect: what was computed is held, and goes into the history once nothing follows it at once. */
  followResults() {
    const { lab } = this;
    const { status, result, hasBegun, estimates, checks, seconds, cameFrom } = lab.run;
    if (!result || status === 'idle' || status === 'running') return undefined;
    const shown = { result, estimates, checks };
    const known = untrack(() => lab.held.filled(result));
    const followsTargets = untrack(() => lab.followsTargets);
    untrack(() => {
      // A file's numbers are not taken for those that were computed here.
      if (cameFrom !== 'file') lab.held.put(shown);
    });
    // Of an estimate the answers' targets may still be on their way.
    const isLong = hasBegun && status !== 'estimated' && seconds * 1000 > SETTLED_MS;
    const timer = setTimeout(
      () => {
        this.trail.stands(keyOf(result.experiment));
        if (hasBegun)
          lab.history.add(
            { result: known, estimates },
            $state.snapshot(lab.choice),
            followsTargets,
          );
      },
      isLong ? 0 : SETTLED_MS,
    );
    return () => {
      clearTimeout(timer);
    };
  }
}
