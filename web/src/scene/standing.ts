/** Why there is no map, or one that is not of what is written; that is said in the map's place. */

import { whatDiffers } from '../history/what-differs';
import type { Lab } from '../state/lab.svelte';
import { areSame, areUneven } from '../state/live-tokens';
import type { LabRun } from '../state/lab-run.svelte';
import type { ModelShelf } from '../state/model-shelf.svelte';
import { CANNOT, refusal } from '../state/outlook';
import { EMBEDDED_ID } from '../weights/sources';

/** Of the lab, what it depends on. */
export interface Standing extends Pick<Lab, 'isShown' | 'isRunnable' | 'outlook'> {
  experiment: Pick<Lab['experiment'], 'corruption'>;
  tokens: Pick<Lab['tokens'], 'clean' | 'corrupted'>;
  shelf: Pick<ModelShelf, 'inUse' | 'loading' | 'problem'>;
  run: Pick<LabRun, 'status' | 'result' | 'problem'>;
}

/** Why what is written cannot be run, in a sentence; undefined where it can. */
function refusedBy({ outlook, tokens, experiment, run }: Standing): string | undefined {
  const why = outlook && refusal(outlook);
  if (why === undefined) return undefined;
  // A run that was asked for all the same has said why, below the map.
  if (run.problem !== undefined && why.includes(run.problem)) return `${CANNOT}.`;
  if (areSame(tokens, experiment)) {
    return 'The prompts are the same: click a word and choose another one.';
  }
  // How that is mended stands beside the prompts.
  return areUneven(tokens, experiment)
    ? `The prompts have ${tokens.clean.length} and ${tokens.corrupted.length} tokens; they must have as many as each other, so that positions line up.`
    : `${why}.`;
}

/**
 * While nothing is shown yet. needsModel: what is to do is to choose one. isModelOpen: whether the drawer of models
 * is, which says what is wrong with a load.
 */
export function whyNoMap(
  standing: Standing,
  isModelOpen = false,
): { text: string; needsModel: boolean } {
  const { shelf, run } = standing;
  const { source } = shelf.loading ?? {};
  if (source) {
    const label = source.id === EMBEDDED_ID ? 'The practice model' : source.label;
    return { text: `${label} is on its way…`, needsModel: false };
  }
  if (!shelf.inUse) {
    const isToldHere = shelf.problem !== undefined && !isModelOpen;
    const text = isToldHere ? `No model: ${shelf.problem}` : 'No model is loaded.';
    return { text, needsModel: true };
  }
  const refused = refusedBy(standing);
  const text =
    refused !== undefined
      ? `No map yet. ${refused}`
      : run.status === 'failed'
        ? 'No map: the run failed. Change something above, or press Run.'
        : run.status === 'cancelled'
          ? 'No map: the run was cancelled. Run starts it again.'
          : 'The first map is being computed…';
  return { text, needsModel: false };
}

/** Why what is shown stays though it is not of what is written; undefined where it is, or soon will be. */
export function whyOther(standing: Standing): string | undefined {
  const { shelf, run, isShown, isRunnable } = standing;
  if (!run.result || isShown || run.status === 'running') return undefined;
  if (!shelf.inUse) return shelf.loading ? undefined : 'There is no model to run it with.';
  const refused = refusedBy(standing);
  if (refused !== undefined || !isRunnable) return refused;
  if (run.status === 'failed') return 'Its run failed.';
  return run.status === 'cancelled' ? 'Its run was cancelled; Run starts it again.' : undefined;
}

/** What a result is of, by what differs from what is written. */
function nameOfShown({ run: { result }, experiment, choice }: Lab): string {
  if (!result) return '';
  const model = { ...result.model, digest: result.model.digest ?? '' };
  return whatDiffers({ experiment, choice, model }, { ...result, choice, model });
}

/** Where the map is not of what is written: why that is not run, and what it is of. */
export function otherMap(lab: Lab): { why: string; name: string } | undefined {
  const why = whyOther(lab);
  return why === undefined ? undefined : { why, name: nameOfShown(lab) };
}
