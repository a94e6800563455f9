/** A step's question: what is guessed, whether the truth is seen, and how good the guess was. */

import type { Outline } from '../picture/draw';
import type { Cell } from '../result/cells';
import type { LabResult } from '../result/result';
import type { AskedPlace } from '../state/lesson-map.svelte';
import type { AnswerBook } from './answer-book.svelte';
import { type Answer, type Answers, now, type OnMap } from './answers';
import { factsOfCell } from './facts';
import type { Ask, CellRule, Reveal, Verdict } from './lesson';
import { type Facts, filled } from './placeholders';
import { boxOfRule, cellOfGuess, findCell, guessBox, judge, type Moved, trueChoice } from './truth';
import { whyNoCell } from './why-no-cell';

const VERDICTS: Record<Verdict, string> = {
  right: 'Right.',
  near: 'Nearly.',
  wrong: 'Not quite.',
};

/** Of the lesson that asks. */
interface Played {
  readonly name: string;
  readonly lesson: { title: string; steps: readonly { title: string }[] };
  readonly result: LabResult | undefined;
  readonly moved: Moved | undefined;
  readonly facts: Facts;
  /** Whether what is set is not what the step is about. */
  readonly isAway: boolean;
}

export class Asking {
  isRevealed = $state(false);
  /** On the map, within its box. */
  cell = $state.raw<Cell>();
  choice = $state<number>();

  /** Where on the map the question is about. */
  readonly box = $derived.by(() => {
    const { ask } = this;
    const { moved } = this.played;
    return ask.guess === 'choice' || !moved
      ? undefined
      : boxOfRule(moved.result, moved.map, ask.answer);
  });
  readonly choices = $derived.by(() => {
    const { ask, played } = this;
    return ask.guess === 'choice' ? ask.choices.map((text) => filled(text, played.facts)) : [];
  });
  /** On the map; of a question with choices the cell that it goes by. */
  private readonly found = $derived.by(() => {
    const { moved } = this.played;
    return moved && this.rule && findCell(moved, this.rule);
  });
  private readonly trueChoice = $derived.by(() => {
    const { ask } = this;
    const { result, moved } = this.played;
    return result && ask.guess === 'choice'
      ? trueChoice(ask, this.choices, result, moved)
      : undefined;
  });
  /** The cell that the guess stands for: of a whole column or row, the one that moves most. */
  private readonly guessed = $derived.by(() => {
    const { ask, box, cell } = this;
    const { moved } = this.played;
    if (!moved || !box || !cell || ask.guess === 'choice') return undefined;
    return cellOfGuess(moved, guessBox(ask, box, cell)) ?? cell;
  });

  constructor(
    private readonly played: Played,
    /** Its step's number. */
    private readonly at: number,
    readonly ask: Ask,
    private readonly reveal: Reveal,
    private readonly book: AnswerBook,
  ) {}

  /** Whether the truth can be told: the runs are there, and there is a difference to find. */
  get isReady(): boolean {
    return this.played.result !== undefined && this.whyNone === undefined;
  }

  /** Why there is nothing to find in the runs. */
  get whyNone(): string | undefined {
    const { played, rule, found } = this;
    return played.result && rule && !found ? whyNoCell(played.moved, rule) : undefined;
  }

  /** Of a question about the map. */
  private get rule(): CellRule | undefined {
    const { ask } = this;
    if (ask.guess !== 'choice') return ask.answer;
    return ask.answer.kind === 'moves' ? ask.answer.rule : undefined;
  }

  /** On the map. */
  get truth(): Cell | undefined {
    return this.isRevealed && this.ask.guess !== 'choice' ? this.found : undefined;
  }

  get hasGuess(): boolean {
    return this.ask.guess === 'choice' ? this.choice !== undefined : this.cell !== undefined;
  }

  /** What the map is asked while nothing is revealed. */
  get place(): AskedPlace | undefined {
    const { box } = this;
    if (!box || this.isRevealed) return undefined;
    return { box, choose: (cell) => (this.cell = cell) };
  }

  get outlines(): Outline[] {
    const { ask, box, cell, found } = this;
    if (ask.guess === 'choice' || !box) return [];
    const outline = (kind: Outline['kind'], of: Cell | undefined): Outline[] =>
      of ? [{ kind, box: guessBox(ask, box, of) }] : [];
    return [...outline('guess', cell), ...(this.isRevealed ? outline('truth', found) : [])];
  }

  get verdict(): Verdict | undefined {
    const { ask, guessed, found, choice } = this;
    const { moved } = this.played;
    if (!this.isRevealed || !this.hasGuess) return undefined;
    if (ask.guess === 'choice') return choice === this.trueChoice ? 'right' : 'wrong';
    return moved && guessed && found ? judge(moved, ask, guessed, found) : undefined;
  }

  /** What is said once the truth is seen. */
  get said(): { verdict: string; always: string } | undefined {
    const { verdict, reveal, facts } = this;
    if (!this.isRevealed) return undefined;
    const own = verdict && (reveal[verdict] ?? (verdict === 'near' ? reveal.wrong : undefined));
    // Which choice is right is seen nowhere else.
    const isTold = verdict !== 'right' && facts.choice !== undefined;
    const usual = [
      verdict && VERDICTS[verdict],
      ...(isTold ? [`The right answer: ${facts.choice}.`] : []),
    ];
    return {
      verdict: own === undefined ? usual.filter(Boolean).join(' ') : filled(own, facts),
      always: filled(reveal.always, this.facts),
    };
  }

  /** The guess is compared with what is true; without one, it is only shown. */
  show(): void {
    if (!this.isReady || this.isRevealed || this.played.isAway) return;
    this.isRevealed = true;
    const { played, answer } = this;
    const { result } = played;
    if (!result || !answer) return;
    const lesson: Answers['lesson'] = {
      address: played.name,
      title: played.lesson.title,
      steps: played.lesson.steps.length,
    };
    this.book.put({ lesson, model: result.model }, answer);
  }

  /** As it was answered before the page was opened again. */
  recall(answer: Answer): void {
    if (this.isRevealed || answer.guess !== this.ask.guess) return;
    if (answer.guess === 'choice') {
      const choice = answer.choices.indexOf(answer.guessed ?? '');
      if (choice >= 0) this.choice = choice;
    } else if (answer.guessed) {
      const { row, column } = answer.guessed;
      this.cell = { row, column };
    }
    this.isRevealed = true;
  }

  private get facts(): Facts {
    const { played, choices, trueChoice: right, choice } = this;
    const { moved } = played;
    return {
      ...played.facts,
      ...(moved && factsOfCell(moved, this.found)),
      ...(moved && factsOfCell(moved, this.guessed, 'guess_')),
      ...(right !== undefined && { choice: choices[right] ?? '' }),
      ...(choice !== undefined && { guess_choice: choices[choice] ?? '' }),
    };
  }

  private get answer(): Answer | undefined {
    const { ask, at, played, verdict, guessed, found, choices } = this;
    const common = {
      step: at,
      title: played.lesson.steps[at - 1]?.title ?? '',
      question: filled(ask.question, this.facts),
      verdict: verdict ?? ('shown' as const),
      when: now(),
    };
    if (ask.guess === 'choice') {
      const text = (index: number | undefined) => choices[index ?? -1];
      const [mine, right] = [text(this.choice), text(this.trueChoice)];
      return {
        ...common,
        guess: ask.guess,
        choices,
        ...(mine !== undefined && { guessed: mine }),
        ...(right !== undefined && { truth: right }),
      };
    }
    const { moved } = played;
    if (!moved) return undefined;
    const onMap = (cell: Cell): OnMap => ({ ...cell, share: moved.shareAt(cell) });
    const { rowLabels, columnLabels } = moved.map.picture;
    return {
      ...common,
      guess: ask.guess,
      map: { rows: [...rowLabels], columns: [...columnLabels] },
      ...(guessed && { guessed: onMap(guessed) }),
      ...(found && { truth: onMap(found) }),
    };
  }
}
