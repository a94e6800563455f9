/** What the model in use makes of what is written: its tokens, and whether it can be run. */

import { messageOf } from '../errors/errors';
import { keyOf } from '../experiment/defaults';
import type { Experiment } from '../experiment/experiment';
import type { EngineAccess } from '../worker/engine-access';
import type { Lab } from './lab.svelte';
import { type LiveTokens, NO_TOKENS, tokenizeAll } from './live-tokens';
import { type Outlook, outlookOf, refusal } from './outlook';

/** What is typed is read once nothing was typed for so long. */
const TYPING_MS = 150;

type OnUnrunnable = (engine: EngineAccess, experiment: Experiment, live: LiveTokens) => void;

export class LabReading {
  tokens = $state.raw<LiveTokens>(NO_TOKENS);
  /** Of the experiment as it stands, while a model is loaded. */
  outlook = $state.raw<Outlook>();
  /** Whose the tokens are. */
  private tokenizer: EngineAccess | undefined;
  /** What was last found to be runnable, by whom. */
  private checked = $state.raw<{ engine: EngineAccess; key: string }>();

  constructor(
    private readonly lab: Pick<Lab, 'engine' | 'experiment' | 'run'>,
    private readonly onUnrunnable: OnUnrunnable,
  ) {}

  /** Whether what is set was found to be runnable. */
  get isRunnable(): boolean {
    const { checked, lab } = this;
    return checked?.engine === lab.engine && checked?.key === keyOf(lab.experiment);
  }

  /** An effect: what is typed is read, once it is typed. */
  follow() {
    const { engine } = this.lab;
    const experiment = $state.snapshot(this.lab.experiment);
    const isNew = !engine?.isOfModelOf(this.tokenizer);
    if (isNew) this.forget(); // they are of another model's tokenizer
    this.tokenizer = engine;
    if (!engine) return undefined;
    let wanted = true;
    const timer = setTimeout(
      () => {
        Promise.all([tokenizeAll(engine, experiment), outlookOf(engine, experiment)]).then(
          ([live, outlook]) => {
            if (wanted) this.take(engine, experiment, live, outlook);
          },
          (error: unknown) => {
            if (!wanted) return;
            this.forget();
            this.lab.run.problem = messageOf(error);
          },
        );
      },
      isNew ? 0 : TYPING_MS,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }

  private take(
    engine: EngineAccess,
    experiment: Experiment,
    live: LiveTokens,
    outlook: Outlook,
  ): void {
    this.tokens = live;
    this.outlook = outlook;
    const canRun = refusal(outlook) === undefined;
    if (!canRun) this.onUnrunnable(engine, experiment, live);
    this.checked = canRun ? { engine, key: keyOf(experiment) } : undefined;
  }

  private forget(): void {
    this.tokens = NO_TOKENS;
    this.outlook = undefined;
  }
}
