/** A lesson that is played: which step, what is guessed, and what of the page goes with it. */

import { documentOf, settled } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import { cellOfPlace, placeOfCell } from '../scene/scene-map';
import type { Lab } from '../state/lab.svelte';
import type { Cover } from '../state/lesson-map.svelte';
import { placeFromKey } from '../state/selection.svelte';
import type { AnswerBook } from './answer-book.svelte';
import { Asking } from './asking.svelte';
import { factsOf, factsOfCell } from './facts';
import { itemsOfTab, keptAnswers } from './kept-answers';
import type { Lesson, Step } from './lesson';
import type { Facts } from './placeholders';
import { findCell, movedIn } from './truth';
import { whyNoCell } from './why-no-cell';

/** What is patched, whatever is measured. */
const patchedKey = (experiment: Experiment) => documentOf(settled({ ...experiment, targets: [] }));

/** What a map question covers: the row that is asked, until it is answered, and what is below it. */
function coverOf({ ask, cover }: Step, isRevealed: boolean): Cover | undefined {
  if (!ask || ask.guess === 'choice') return isRevealed || cover === 'panel' ? undefined : cover;
  const { rows } = ask.answer;
  if (isRevealed) return rows === 'input' ? 'layers' : undefined;
  return rows === 'input' || rows === 'all' ? 'all' : 'layers';
}

/** Heads and arcs of a cell may answer a question: this one, or one further on. */
const hidesPanel = ({ ask, cover }: Step, isRevealed: boolean) =>
  cover === 'panel' && !(ask?.guess === 'choice' && isRevealed);

export class Playing {
  /** [step] */
  private askings = $state.raw<readonly (Asking | undefined)[]>([]);
  /** The experiment that was put up last, and whether the cell that goes with it was. */
  private wanted: Experiment | undefined;
  private hasCell = $state(false);

  readonly at = $derived.by(() =>
    Math.min(Math.max(1, this.lab.lesson?.step ?? 1), this.lesson.steps.length),
  );
  readonly step = $derived.by(() => this.lesson.steps[this.at - 1] as Step);
  readonly asking = $derived(this.askings[this.at - 1]);

  /** The result of what is set, once it is computed: what is true is not told by an estimate. */
  readonly result = $derived.by(() =>
    this.lab.isShown && this.lab.run.status === 'done' ? this.lab.run.result : undefined,
  );
  /** Undefined where there is none yet, or where both runs say the same. */
  readonly moved = $derived.by(() => this.result && movedIn(this.result, this.step.show));
  private readonly cell = $derived.by(() => {
    const { cell } = this.step.show;
    return this.moved && typeof cell === 'object' ? findCell(this.moved, cell) : undefined;
  });
  readonly facts: Facts = $derived.by(() => ({
    ...(this.lab.isShown &&
      this.lab.run.result &&
      factsOf(this.lab.run.result, this.step.show.choice)),
    ...(this.moved && factsOfCell(this.moved, this.cell)),
  }));

  /** Why the cell that the step is about is not shown. */
  readonly noCell = $derived.by(() => {
    const { cell } = this.step.show;
    const { result, moved } = this;
    if (!result || this.isAway || cell === undefined) return undefined;
    if (typeof cell === 'object') return this.cell ? undefined : whyNoCell(moved, cell);
    const place = placeFromKey(cell);
    return moved && !(place && cellOfPlace(moved.result, moved.map, place))
      ? `The card shows the cell “${cell}”, which this map has not.`
      : undefined;
  });

  /** What was answered so far, to be handed in. */
  readonly answers = $derived.by(() => this.book.of(this.name));

  /** Whether the page shows another experiment than the step is about. */
  readonly isAway = $derived.by(
    () => !this.step.free && patchedKey(this.lab.experiment) !== patchedKey(this.step.experiment),
  );

  constructor(
    readonly lab: Lab,
    /** Its name, or its address. */
    readonly name: string,
    readonly lesson: Lesson,
    private readonly book: AnswerBook,
    /** Whether the page was opened with the prompts of a person: they stay at the first step. */
    hasPrompts: boolean,
  ) {
    if (hasPrompts) this.wanted = this.step.experiment;
    this.forget();
  }

  /** As if nothing had been guessed. */
  forget(): void {
    this.askings = this.lesson.steps.map(({ ask, reveal }, index) =>
      ask && reveal ? new Asking(this, index + 1, ask, reveal, this.book) : undefined,
    );
  }

  /** What was answered on this model before the page was opened again. */
  async recall(): Promise<void> {
    const { book, name, lesson, result } = this;
    if (!result || book.isAskedAgain(name)) return;
    const kept = await keptAnswers(itemsOfTab(), name, lesson, result.model);
    if (!kept || this.result?.model.digest !== result.model.digest) return;
    book.restore(kept);
    for (const answer of kept.answers) this.askings[answer.step - 1]?.recall(answer);
  }

  go(step: number): void {
    this.lab.lesson = { name: this.name, step };
  }

  restart(): void {
    this.book.askAgain(this.name);
    this.forget();
    this.wanted = undefined;
    this.go(1);
  }

  /** The step's experiment, whatever became of it. */
  putBack(): void {
    const { experiment, show } = this.step;
    this.wanted = experiment;
    this.hasCell = false;
    this.lab.open(structuredClone(experiment), { ...show.choice }, show.followsTargets);
    const place = typeof show.cell === 'string' ? placeFromKey(show.cell) : undefined;
    if (place) this.lab.selection.lock(place);
  }

  /** A step is entered. What the person made of an experiment that goes on stays. */
  enter(): void {
    const { experiment, show } = this.step;
    if (this.wanted !== experiment) {
      this.putBack();
      return;
    }
    this.hasCell = false;
    this.lab.choice = { ...show.choice };
    this.lab.followsTargets = show.followsTargets;
    const place = typeof show.cell === 'string' ? placeFromKey(show.cell) : undefined;
    if (place) this.lab.selection.lock(place);
    else this.lab.selection.free();
  }

  /** An effect: the cell that a step is about is shown as soon as it is found. */
  showCell(): void {
    const { moved, cell } = this;
    if (!moved || !cell || this.hasCell) return;
    const place = placeOfCell(moved.result, moved.map, cell.row, cell.column);
    this.hasCell = true;
    if (place) this.lab.selection.lock(place);
  }

  /** The guess is compared with what is true, which is then looked at. */
  reveal(): void {
    const { asking, moved } = this;
    asking?.show();
    const place =
      moved &&
      asking?.truth &&
      placeOfCell(moved.result, moved.map, asking.truth.row, asking.truth.column);
    if (place) this.lab.selection.lock(place);
  }

  /** An effect: what the map covers, asks and outlines. */
  showOnMap(): void {
    const { asking, step, lab } = this;
    const isRevealed = asking?.isRevealed ?? false;
    lab.lessonMap.cover = coverOf(step, isRevealed);
    lab.lessonMap.hidesPanel = hidesPanel(step, isRevealed);
    lab.lessonMap.wholeGap = step.show.wholeGap;
    lab.lessonMap.asked = asking?.place;
    lab.lessonMap.outlines = asking?.outlines ?? [];
  }
}
