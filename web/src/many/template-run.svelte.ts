/** A template being filled and measured, one filling after another. */

import type { TemplateStart } from '../engine/module';
import { messageOf } from '../errors/errors';
import type { Experiment, TargetText } from '../experiment/experiment';
import type { ResultModel } from '../result/result';
import type { EngineAccess } from '../worker/engine-access';
import { EngineOver } from '../worker/engine-over';
import type { Filled } from './template-grid';

export type TemplateSource = Pick<EngineAccess, 'expandTemplate' | 'measure'>;

export type ManyStatus = 'idle' | 'running' | 'done' | 'cancelled' | 'failed';

export class TemplateRun {
  status = $state<ManyStatus>('idle');
  start = $state.raw<TemplateStart>();
  /** Those that keep the length, as they are measured. */
  fillings = $state.raw<readonly Filled[]>([]);
  /** What was measured, and by which model. */
  template = $state('');
  targets = $state.raw<readonly TargetText[]>([]);
  model = $state.raw<ResultModel>();
  settings = $state.raw<Pick<Experiment, 'bos' | 'special_tokens'>>({});
  done = $state(0);
  /** Whether all of this is of a run before the last one, which has brought nothing (yet). */
  isBefore = $state(false);
  problem = $state<string>();
  private current = 0;

  /** How far it is; of the same template as the fillings. */
  get story(): string {
    const isCancelled = this.status === 'cancelled';
    const none = isCancelled ? 'Cancelled before it began.' : '';
    if (!this.start) return none;
    const length = this.start.fillings.find(({ keeps }) => keeps)?.tokens;
    const counted =
      `${this.done} of ${this.fillings.length} fillings` +
      (length === undefined ? '' : ` of ${length} tokens`);
    if (this.isBefore) return `${none} Of the template before: ${counted}`.trim();
    return isCancelled ? `${counted}, cancelled` : counted;
  }

  /** Says of which template the fillings are, where the last run was of another. */
  get label(): string | undefined {
    return this.isBefore ? `Of the template that was measured before: ${this.template}` : undefined;
  }

  async run(
    source: TemplateSource,
    template: string,
    targets: readonly TargetText[],
    model: ResultModel,
    /** How `source` reads its texts. */
    settings: Pick<Experiment, 'bos' | 'special_tokens'> = {},
  ) {
    const run = ++this.current;
    const isCurrent = () => run === this.current;
    this.status = 'running';
    this.problem = undefined;
    this.isBefore = this.start !== undefined;
    try {
      const start = await source.expandTemplate(template);
      if (!isCurrent()) return;
      this.start = start;
      this.template = template;
      this.targets = targets;
      this.model = model;
      this.settings = settings;
      this.done = 0;
      this.isBefore = false;
      this.fillings = start.fillings.filter(({ keeps }) => keeps);
      for (const index of this.fillings.keys()) {
        await this.measure(source, index, isCurrent);
        if (!isCurrent()) return;
        this.done = index + 1;
      }
      this.status = 'done';
    } catch (error) {
      if (!isCurrent()) return;
      this.status = 'failed';
      this.problem = messageOf(error);
    }
  }

  /** Between two fillings; what was measured stays. */
  cancel(): void {
    this.current++;
    if (this.status === 'running') this.status = 'cancelled';
  }

  private async measure(source: TemplateSource, index: number, isCurrent: () => boolean) {
    const filled = this.fillings[index];
    if (!filled) return;
    let found: Partial<Filled>;
    try {
      found = { measures: await source.measure(filled.text, this.targets) };
    } catch (error) {
      if (error instanceof EngineOver) throw error;
      found = { problem: messageOf(error) };
    }
    if (isCurrent()) this.fillings = this.fillings.with(index, { ...filled, ...found });
  }
}
