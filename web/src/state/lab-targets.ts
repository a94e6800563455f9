/** Targets that follow what the runs answer, until a person pins some. */

import type { ExperimentStart } from '../engine/module';
import { follow } from '../errors/errors';
import { keyOf } from '../experiment/defaults';
import type { Experiment, TargetText } from '../experiment/experiment';
import { isAblation } from '../result/metrics';
import { answeredTargets, followedTargets } from '../tokens/follow-targets';
import type { EngineAccess } from '../worker/engine-access';
import type { AddressTrail } from './address-trail';
import type { Lab } from './lab.svelte';
import type { LiveTokens } from './live-tokens';

export class LabTargets {
  /** The experiment that only the answers' targets made of the one that was run. */
  private followed: { engine: EngineAccess; key: string } | undefined;

  constructor(
    private readonly lab: Pick<Lab, 'engine' | 'experiment' | 'followsTargets' | 'run' | 'opened'>,
    private readonly trail: AddressTrail,
  ) {}

  /** Whether only the answers' targets make it another one than the one that was run. */
  hasMade(engine: EngineAccess, key: string): boolean {
    return this.followed?.engine === engine && this.followed.key === key;
  }

  /** Another one is run. */
  forget(): void {
    this.followed = undefined;
  }

  /** What the runs answer becomes what is measured. key: of what was run. */
  followRun(start: ExperimentStart, key: string): void {
    follow(this.followAnswers(start, key), (why) => (this.lab.run.problem = why));
  }

  /** Targets of another model may be none of this one, and then nothing runs that would tell its answers. */
  followUnrunnable = (engine: EngineAccess, experiment: Experiment, live: LiveTokens): void => {
    const isBad = live.targets.some(({ problem }) => problem !== undefined);
    const isMissing = isBad || live.targets.length === 0;
    if (!this.lab.followsTargets || !isMissing || live.clean.length === 0) return;
    const key = keyOf(experiment);
    const found = followedTargets(engine, experiment).then((targets) => {
      this.set(engine, key, targets);
    });
    follow(found, (why) => (this.lab.run.problem = why));
  };

  private async followAnswers(
    { topClean, topCorrupted }: ExperimentStart,
    key: string,
  ): Promise<void> {
    const { engine, experiment, followsTargets, opened } = this.lab;
    if (!engine || !followsTargets || opened.embed || keyOf(experiment) !== key) return;
    const answers = { clean: topClean, corrupted: isAblation(experiment) ? [] : topCorrupted };
    const targets = await answeredTargets(engine, answers, experiment.targets);
    if (this.set(engine, key, targets)) {
      this.followed = { engine, key: keyOf(this.lab.experiment) };
    }
  }

  /** Unless something else is set, or another model is in use, since they were asked. Returns whether it did. */
  private set(engine: EngineAccess, key: string, targets: TargetText[]): boolean {
    const { lab } = this;
    const isCurrent = engine === lab.engine && keyOf(lab.experiment) === key;
    if (!lab.followsTargets || !isCurrent || targets === lab.experiment.targets) return false;
    lab.experiment.targets = targets;
    this.trail.slide(key, keyOf(lab.experiment));
    return true;
  }
}
