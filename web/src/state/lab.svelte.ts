/** What the page holds: an experiment, what is shown of it, its model and its run. */

import type { EngineAccess } from '../engine/engine-access';
import { fromQuery, toQuery } from '../experiment/address';
import { DEFAULTS } from '../experiment/defaults';
import type { Preset } from '../experiment/presets';
import { DEFAULT_CHOICE } from '../heatmap/metrics';
import type { Region } from '../heatmap/region';
import { follow, messageOf } from '../loading/errors';
import { LARGEST_MEMORY, proposedDtype } from '../weights/dtype';
import { EMBEDDED_ID } from '../weights/sources';
import { LabRun } from './lab-run.svelte';
import { type LiveTokens, NO_TOKENS, tokenizeAll } from './live-tokens';
import { ModelShelf } from './model-shelf.svelte';
import { type Outlook, outlookOf } from './outlook';

const TYPING_MS = 150;

export class Lab {
  readonly opened = fromQuery(location.search, DEFAULTS);
  readonly shelf = new ModelShelf();
  readonly run = new LabRun(this.shelf);
  experiment = $state(this.opened.experiment);
  choice = $state(this.opened.choice);
  addressProblem = $state(this.opened.problems.join('; '));
  tokens = $state.raw<LiveTokens>(NO_TOKENS);
  /** Of the experiment as it stands, while a model is loaded. */
  outlook = $state.raw<Outlook>();
  /** What the part “Patch” asks of the model in use. */
  readonly engine = $derived.by(() => this.shelf.inUse?.queue.part('Patch'));
  /** Which engine the tokens are of. */
  private tokenizer: EngineAccess | undefined;

  private readonly model = $derived(this.shelf.inUse?.source.id ?? this.opened.model);
  // The proposed one is not written down.
  private readonly dtype = $derived.by(() => {
    if (!this.shelf.inUse) return this.opened.dtype;
    const { source, dtype: used } = this.shelf.inUse;
    const { f32Bytes = source.weightBytes ?? 0, dtype: own } = source.outline ?? {};
    return used === proposedDtype(f32Bytes, LARGEST_MEMORY, own) ? undefined : used;
  });

  constructor() {
    follow(this.shelf.probeMemory(), (why) => (this.shelf.problem = why));
  }

  /** The query of a link that reopens the page as it is. */
  query(embed = false): string {
    return toQuery({
      model: this.model,
      dtype: this.dtype,
      experiment: $state.snapshot(this.experiment),
      choice: $state.snapshot(this.choice),
      embed,
    });
  }

  start(): void {
    const run = this.run.start($state.snapshot(this.experiment), $state.snapshot(this.choice));
    follow(run, (why) => (this.run.problem = why));
  }

  /** What is patched, and what is shown, stays; a region was one of the prompts before. */
  pick({ clean, corrupted, targets }: Preset): void {
    this.restrict(undefined);
    const corruption = DEFAULTS.corruption;
    this.experiment = { ...this.experiment, clean, corrupted, targets: [...targets], corruption };
    this.choice = { ...this.choice, target: 0, against: 1 };
    this.start();
  }

  /** Restricts the next run; undefined takes the restriction away. */
  restrict(region: Region | undefined): void {
    if (region) this.experiment.region = region;
    else delete this.experiment.region;
  }

  /** Effects of a page that is edited: tokens follow the texts, and the address the experiment. */
  followEdits(): void {
    $effect(() => this.followTexts());
    $effect(() => this.followAddress());
  }

  /** What is shown has its estimates. */
  followChoice(): void {
    $effect(() => {
      const choice = $state.snapshot(this.choice);
      if (this.run.status !== 'running') {
        follow(this.run.estimate(choice), (why) => (this.run.estimatesProblem = why));
      }
    });
  }

  private followTexts() {
    const engine = this.engine;
    const experiment = $state.snapshot(this.experiment);
    if (engine !== this.tokenizer) this.tokens = NO_TOKENS; // of another model's tokenizer
    this.tokenizer = engine;
    if (!engine) {
      this.outlook = undefined;
      return undefined;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      Promise.all([tokenizeAll(engine, experiment), outlookOf(engine, experiment)]).then(
        ([live, outlook]) => {
          if (!wanted) return;
          this.tokens = live;
          this.outlook = outlook;
        },
        (error: unknown) => {
          if (!wanted) return;
          this.tokens = NO_TOKENS;
          this.outlook = undefined;
          this.run.problem = messageOf(error);
        },
      );
    }, TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }

  private followAddress() {
    const query = this.query();
    const unchanged = toQuery({
      model: EMBEDDED_ID,
      dtype: undefined,
      experiment: DEFAULTS,
      choice: DEFAULT_CHOICE,
    });
    const timer = setTimeout(() => {
      history.replaceState(null, '', query === unchanged ? location.pathname : query);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }
}
