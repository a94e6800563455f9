/** What the page holds: an experiment, what is shown of it, its model and its run. */

import type { LessonPlace } from '../address/address';
import type { Token } from '../engine/module';
import { follow } from '../errors/errors';
import { DEFAULTS, keyOf, withoutInput } from '../experiment/defaults';
import type { Experiment, TargetText } from '../experiment/experiment';
import { tokensBefore, withBos, withSpecialTokens } from '../experiment/prompt-options';
import { type HistoryEntry, identityOf } from '../history/entry';
import type { Preset } from '../experiment/basic-example';
import type { MetricChoice } from '../result/metrics';
import type { Region } from '../result/region';
import { othersThan, targetOf } from '../tokens/follow-targets';
import { EMBEDDED_ID, embeddedSource } from '../weights/sources';
import { HeldResults } from './held-results.svelte';
import { History } from './history.svelte';
import { LabAddress } from './lab-address.svelte';
import { LabReading } from './lab-reading.svelte';
import { LabRun, type SavedResult } from './lab-run.svelte';
import { LabShown } from './lab-shown.svelte';
import { LabTargets } from './lab-targets';
import { LessonMap } from './lesson-map.svelte';
import type { LiveTokens } from './live-tokens';
import type { ModelChoice } from './model-choice.svelte';
import { ModelShelf } from './model-shelf.svelte';
import type { Outlook } from './outlook';
import { Selection } from './selection.svelte';

export class Lab {
  readonly shelf = new ModelShelf();
  readonly run = new LabRun(this.shelf);
  readonly selection = new Selection();
  readonly history = new History();
  /** Of the results since the page was opened. */
  readonly held = new HeldResults();
  private readonly address: LabAddress = new LabAddress(this);
  readonly opened = this.address.opened;
  experiment = $state(this.opened.experiment);
  choice = $state(this.opened.choice);
  /** Whether the targets are each run's likeliest token, until a person chooses some. */
  followsTargets = $state(this.opened.followsTargets);
  /** The lesson that is played. */
  lesson = $state.raw<LessonPlace | undefined>(this.opened.lesson);
  readonly lessonMap = new LessonMap(this.lesson !== undefined);
  addressProblem = $state(this.address.problem);
  /** Whether the map is shown to a room. */
  isPresented = $state(this.opened.present);
  /** What the map asks of the model in use, which reads texts as the experiment does. */
  readonly engine = $derived.by(() =>
    this.shelf.inUse?.queue.part('The map').reading(this.experiment),
  );
  /** A saved result that was opened, to which what is computed here is compared. */
  file = $state.raw<SavedResult>();
  /** The result, and of the same experiment what its region leaves out; a file's numbers stand as they were saved. */
  readonly known = $derived.by(() => {
    const { result, cameFrom } = this.run;
    return result && cameFrom !== 'file' ? this.held.filled(result) : result;
  });
  private readonly targets = new LabTargets(this, this.address.trail);
  private readonly reading = new LabReading(this, this.targets.followUnrunnable);
  private readonly shown = new LabShown(this, this.targets, this.address.trail);
  private choosing: Promise<ModelChoice> | undefined;

  constructor() {
    if (this.opened.place) this.selection.returnToPlace(this.opened.place);
  }

  /** Of what is written, as the model in use has it. */
  get tokens(): LiveTokens {
    return this.reading.tokens;
  }

  /** Of the experiment as it stands, while a model is loaded. */
  get outlook(): Outlook | undefined {
    return this.reading.outlook;
  }

  /** Whether what is set was found to be runnable: where it was not run already, it runs now. */
  get isRunnable(): boolean {
    return this.reading.isRunnable;
  }

  /** Whether Run would run something: before, it might be pressed when the page just began to run by itself. */
  get isReady(): boolean {
    return this.shelf.inUse !== undefined && this.outlook !== undefined;
  }

  /** Whether what is set is what the result is of, or will be. */
  get isShown(): boolean {
    const { result } = this.run;
    return result !== undefined && keyOf(result.experiment) === keyOf(this.experiment);
  }

  /** What was opened last, while its experiment is what is set. */
  get fileOfThis(): SavedResult | undefined {
    const { file } = this;
    return file && keyOf(file.result.experiment) === keyOf(this.experiment) ? file : undefined;
  }

  /** Loads the model that the page was opened with, where that comes by itself. */
  openModel(): void {
    const { model, dtype } = this.opened;
    const isOwn = model === EMBEDDED_ID && dtype === undefined;
    const opening = isOwn
      ? this.shelf.load(embeddedSource(document.baseURI), 'f32')
      : this.modelChoice().then((choice) => choice.open());
    follow(opening, (why) => (this.shelf.problem = why));
  }

  /** Which model is to be loaded. Its code is fetched when it is first wanted: the page has a model of its own. */
  modelChoice(): Promise<ModelChoice> {
    this.choosing ??= this.makeChoice();
    return this.choosing;
  }

  private async makeChoice(): Promise<ModelChoice> {
    follow(this.shelf.probeMemory(), (why) => (this.shelf.problem = why));
    const { ModelChoice } = await import('./model-choice.svelte');
    return new ModelChoice(this.shelf, this.opened, document.baseURI);
  }

  /** The query of a link that reopens the page as it is. */
  query(embed = false): string {
    return this.address.query(embed);
  }

  /** The browser went back or forward: the page is as it was then. */
  reopen(): void {
    this.address.reopen();
    if (!this.isShown) this.shown.showHeld();
  }

  start(): void {
    this.shown.run({});
  }

  /** What the result that is shown is of is written again. */
  returnToShown(): void {
    if (this.run.result) this.experiment = withoutInput(this.run.result.experiment);
  }

  /** Chosen by a person: they stay. Where none is left, they follow again. */
  pin(targets: TargetText[]): void {
    this.followsTargets = targets.length === 0;
    this.experiment.targets = targets;
  }

  /** A token becomes the first of the targets, whether it was one or not. */
  async measure(token: Token): Promise<void> {
    const { engine, experiment } = this;
    if (!engine) return;
    const [target, others] = await Promise.all([
      targetOf(engine, token),
      othersThan(engine, token, experiment.targets),
    ]);
    if (experiment !== this.experiment) return; // another one was opened meanwhile
    this.pin([target, ...others]);
    this.choice = { ...this.choice, target: 0, against: 1 };
  }

  /** What is patched, and what is shown, stays; a region was one of the prompts before. */
  pick({ clean, corrupted, targets, followsTargets }: Preset): void {
    this.followsTargets = followsTargets;
    this.selection.free();
    this.restrict(undefined);
    const corruption = DEFAULTS.corruption;
    this.experiment = { ...this.experiment, clean, corrupted, targets: [...targets], corruption };
    this.choice = { ...this.choice, target: 0, against: 1 };
    if (!this.shown.showHeld()) this.shown.runUnasked();
  }

  /** Another experiment. It is run as any that is edited. */
  open(experiment: Experiment, choice?: MetricChoice, followsTargets = false): void {
    this.followsTargets = followsTargets;
    this.selection.free();
    this.experiment = withoutInput(experiment);
    if (choice) this.choice = choice;
  }

  /** A saved result with its experiment, as it was saved; it is not run again unasked, whatever the model in use. */
  openFile(saved: SavedResult, choice?: MetricChoice): void {
    this.open(saved.result.experiment, choice);
    this.shown.showSaved(saved, 'file');
    this.file = saved;
  }

  /** A result of the history: at once where it is still held, else it is run again. */
  openEntry(entry: HistoryEntry): void {
    const { experiment, choice, model, followsTargets } = entry;
    const { shown } = this;
    this.open(experiment, choice, followsTargets);
    const identity = identityOf(entry);
    const isInUse = shown.identityInUse(experiment) === identity;
    if (isInUse && shown.identityInUse(shown.experimentAsRun()) === identity) {
      shown.showHeld();
      return;
    }
    const saved = this.held.take(identity);
    if (saved) shown.showSaved(saved, 'history');
    else if (!isInUse) {
      this.addressProblem = `That result was of ${model.label} (${model.dtype}), which is not in use: the map is of the model in use.`;
    }
  }

  /** Puts the model's own token before every prompt, or takes it away; the cell that is held stays with its word. */
  beginWithBos(bos: boolean): void {
    const before = $state.snapshot(this.experiment);
    this.experiment = withBos(before, bos);
    this.selection.moveBy(tokensBefore(this.experiment) - tokensBefore(before));
  }

  /** Whether special tokens in texts are tokens. */
  readSpecialTokens(areTokens: boolean): void {
    this.experiment = withSpecialTokens($state.snapshot(this.experiment), areTokens);
  }

  /** Restricts the next run; undefined takes the restriction away. */
  restrict(region: Region | undefined): void {
    if (region) this.experiment.region = region;
    else delete this.experiment.region;
  }

  /** Esc: one thing at a time is given up, the cell that is held, and then the region. */
  letGo(): void {
    if (this.selection.locked) this.selection.free();
    else this.restrict(undefined);
  }

  /** Effects of a page that is edited: tokens follow the texts, and the address the experiment. */
  followEdits(): void {
    $effect(() => this.reading.follow());
    $effect(() => {
      this.shown.followEdits();
    });
    $effect(() => this.address.follow());
  }

  /** Effects: what was computed goes into the history. */
  followResults(): void {
    $effect(() => this.history.follow());
    $effect(() => this.shown.followResults());
  }

  /** Effects: what is shown has its estimates, and the cell that is held. */
  followChoice(): void {
    $effect(() => {
      this.shown.followMap();
    });
    $effect(() => {
      const choice = $state.snapshot(this.choice);
      if (this.run.status !== 'running') {
        follow(this.run.estimate(choice), (why) => (this.run.estimatesProblem = why));
      }
    });
  }
}
