/**
 * Whatever a person does, in any order: what is shown belongs to what is set, or is told to be of before; no exact
 * value turns into an estimate again; no result is lost; the link is what is set; and nothing long runs unasked.
 */

import { expect, test } from 'vitest';

import { fromQuery } from '../../web/src/address/address';
import { valuesOf } from '../../web/src/engine/measure-table';
import { DEFAULTS, documentOf } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import { identityOf } from '../../web/src/history/entry';
import { DEFAULT_CHOICE, isAblation, shownMetric } from '../../web/src/result/metrics';
import type { LabResult } from '../../web/src/result/result';
import { refusal } from '../../web/src/state/outlook';
import { answerOf, estimateValue, exactValue, HonestSession } from './honest-session';
import { LabPage } from './lab-page.svelte';
import { oneOf, randomNumbers } from './random';

const NAMES = ['Jones', 'Smith', 'White', 'King'];
const PAUSES = [0, 0, 40, 100, 200, 400, 1000, 3000];
/** Longer than all that is ever run. */
const LONG = 60_000;
/** Exact values are not computed unasked where they take longer than three seconds. */
const SLOW_ROW = 4000;
/** Begins the name of a model that is never in use. */
const SAVED = 'saved by ';

interface Known {
  rows: number;
  stood: boolean;
}

class Person {
  readonly page = new LabPage();
  readonly done: string[] = [];
  /** Each that was in use. */
  private readonly sessions: HonestSession[] = [];
  /** By identity. */
  private readonly known = new Map<string, Known>();
  private saved: LabResult | undefined;
  private pinned: string | undefined;
  /** Prompts whose exact map was asked for. */
  private readonly asked = new Set<string>();

  constructor(private readonly random: () => number) {}

  private get lab() {
    return this.page.lab;
  }

  private name = () => oneOf(this.random, NAMES);

  private readonly acts: Record<string, () => void> = {
    'edit the clean word': () => {
      this.lab.experiment.clean = `Michelle ${this.name()} was`;
    },
    'edit the corrupted word': () => {
      this.lab.experiment.corrupted = `Michelle ${this.name()} was`;
    },
    'type a word too many': () => {
      this.lab.experiment.clean = `Michelle ${this.name()} was so`;
    },
    pin: () => {
      this.lab.pin([` ${this.name()}`]);
    },
    unpin: () => {
      this.lab.pin([]);
    },
    run: () => {
      this.asked.add(this.promptsOf(this.lab.experiment));
      this.lab.start();
    },
    cancel: () => {
      if (this.lab.run.status === 'running') this.lab.run.cancel();
    },
    back: () => {
      this.page.go(-1);
    },
    forward: () => {
      this.page.go(1);
    },
    'open an entry': () => {
      const { entries } = this.lab.history;
      if (entries.length > 0) this.lab.openEntry(oneOf(this.random, entries));
    },
    'open a document': () => {
      const [clean, corrupted] = [`A ${this.name()} b`, `A ${this.name()} b`];
      const targets = [` ${this.name()}`, ' b'];
      const sites: Experiment['sites'] =
        this.random() < 0.5 ? ['attn_out'] : ['mlp_out', 'resid_post'];
      this.lab.open({ ...DEFAULTS, clean, corrupted, targets, sites });
    },
    'open a saved result': () => {
      if (!this.saved) return;
      const id = `${SAVED}${this.saved.model.id}`;
      const model = { ...this.saved.model, id, label: id, digest: id };
      const result = { ...this.saved, model };
      this.lab.openFile({ result, estimates: {}, checks: [] });
    },
    'use another model': () => {
      const model = oneOf(this.random, ['quick', 'slow', 'odd']);
      const session = new HonestSession(model, (text) => model !== 'odd' || text !== ' Jones');
      this.sessions.push(session);
      this.page.use(session, model === 'slow' ? SLOW_ROW : 10);
    },
    'measure something else': () => {
      const metric = oneOf(this.random, [undefined, 'prob', 'logit', 'kl'] as const);
      this.lab.choice = { ...DEFAULT_CHOICE, metric };
    },
    'patch the other way': () => {
      this.lab.experiment.directions = [oneOf(this.random, ['denoising', 'noising'] as const)];
    },
    'patch elsewhere': () => {
      this.lab.experiment.sites = [oneOf(this.random, ['resid_post', 'attn_out'] as const)];
    },
    'hold a cell': () => {
      const [layer, position] = [0, 1].map(() => Math.floor(this.random() * 2));
      const at = { layer: layer ?? 0, head: -1, position: position ?? 0 };
      this.lab.selection.lock({ site: 'resid_post', direction: 'denoising', ...at });
    },
    'let it go': () => {
      this.lab.selection.free();
    },
  };

  async act(): Promise<void> {
    const name = oneOf(this.random, Object.keys(this.acts));
    const pause = oneOf(this.random, PAUSES);
    this.done.push(`${name} (${pause} ms)`);
    this.acts[name]?.();
    const targets = JSON.stringify(this.lab.experiment.targets);
    this.pinned = this.lab.followsTargets ? undefined : targets;
    await this.page.wait(pause);
    this.expectAlways();
  }

  /** After everything that follows. */
  async pause(): Promise<void> {
    this.done.push('pause');
    await this.page.wait(LONG);
    this.expectAlways();
    this.expectShown();
    this.expectLink();
    this.expectHistory();
  }

  private promptsOf = ({ clean, corrupted, sites, directions }: Experiment) =>
    JSON.stringify([this.lab.shelf.inUse?.source.id, clean, corrupted, sites, directions]);

  private expectAlways() {
    const { result, estimates, status } = this.lab.run;
    if (!result) return;
    const isOther = result.model.id.startsWith(SAVED);
    const model = result.model.id.replace(SAVED, '');
    const document = documentOf(result.experiment);
    result.sweeps.forEach((sweep, index) => {
      const { columns } = sweep.info;
      valuesOf(sweep.measures, 'logit').forEach((value, cell) => {
        const isKnown = sweep.known[Math.floor(cell / columns)];
        expect(value).toBe(isKnown ? exactValue(model, document, index, cell) : NaN);
      });
    });
    for (const [key, { estimates: all }] of Object.entries(estimates)) {
      const target = key.split(' ')[1];
      for (const { sweep, values } of all) {
        values.forEach((value, cell) => {
          expect(value).toBe(estimateValue(`${model} ${target}`, document, sweep, cell));
        });
      }
    }
    const rows = result.sweeps.reduce((sum, { known }) => sum + known.filter(Boolean).length, 0);
    const before = this.known.get(identityOf(result)) ?? { rows: 0, stood: false };
    expect(rows, 'exact values stay').toBeGreaterThanOrEqual(before.rows);
    if (status !== 'running') this.known.set(identityOf(result), { ...before, rows });
    if (status === 'done' && !isOther) this.saved = result;
    const slow = this.sessions.filter((session) => session.model === 'slow');
    const runs = slow.flatMap((session) => session.runs);
    const unasked = runs.filter((run) => {
      const experiment = JSON.parse(run.document) as Experiment;
      // One tells how long they take; another one is under way by then.
      return run.rows > 2 && !this.wasAsked(experiment);
    });
    expect(unasked, 'nothing long is computed unasked').toEqual([]);
  }

  /** Whether somebody pressed Run on it, with the slow model. */
  private wasAsked({ clean, corrupted, directions }: Experiment): boolean {
    const parts = (text: string) => JSON.parse(text) as unknown[];
    return [...this.asked].some((text) => {
      const [model, ...others] = parts(text);
      const [ofClean, ofCorrupted, , ofDirections] = others;
      return (
        model === 'slow' &&
        JSON.stringify([ofClean, ofCorrupted, ofDirections]) ===
          JSON.stringify([clean, corrupted, directions])
      );
    });
  }

  private expectShown() {
    const { run, experiment, outlook, followsTargets, engine } = this.lab;
    expect(run.status).not.toBe('running');
    if (!followsTargets) expect(JSON.stringify(experiment.targets)).toBe(this.pinned);
    const isRefused = outlook !== undefined && refusal(outlook) !== undefined;
    if (!engine || isRefused || run.isCancelled) return;
    expect(run.problem, 'no problem').toBeUndefined();
    expect(this.lab.isShown, 'the map is of what is set').toBe(true);
    if (run.result?.model.id.startsWith(SAVED)) return;
    if (run.engine && followsTargets && !isAblation(experiment)) {
      const answers = [...new Set([experiment.clean, experiment.corrupted].map(answerOf))];
      const session = this.sessions.at(-1);
      expect(experiment.targets).toEqual(answers.map((answer) => session?.targetOf(answer)));
    }
    const { status, estimates, result } = run;
    const metric = shownMetric(this.lab.choice.metric, result?.start.targets ?? []);
    const hasEstimates = metric === 'logit' || metric === 'logit_diff';
    if (status === 'estimated' && hasEstimates) {
      expect(Object.keys(estimates), 'a first-order map').not.toEqual([]);
    }
  }

  private expectLink() {
    const { lab, page } = this;
    const { experiment, choice, followsTargets, cell } = fromQuery(page.tab.search, DEFAULTS);
    const isOpening = page.tab.search === '';
    const set = JSON.parse(JSON.stringify(lab.experiment)) as Experiment;
    // Before a model tells what follows, there may be none.
    if (lab.engine) expect(set.targets).not.toEqual([]);
    expect(set.targets.length > 0 ? set : { ...experiment, targets: [] }).toEqual(
      set.targets.length > 0 ? experiment : { ...experiment, targets: [] },
    );
    expect($state.snapshot(lab.choice)).toEqual(
      isOpening ? { ...choice, reference: 'share' } : choice,
    );
    expect(lab.followsTargets).toBe(followsTargets);
    expect(lab.selection.key).toBe(cell);
  }

  private expectHistory() {
    const { run, history } = this.lab;
    if (run.result && run.hasBegun && run.status !== 'failed') {
      const known = this.known.get(identityOf(run.result));
      if (known && (known.rows > 0 || Object.keys(run.estimates).length > 0)) known.stood = true;
    }
    for (const [identity, { rows, stood }] of this.known) {
      if (!stood) continue;
      const entry = history.entries.find((each) => identityOf(each) === identity);
      expect(entry, 'no result is lost').toBeDefined();
      if (rows === 0) expect(entry?.exact).toBe('none');
    }
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'whatever a person does (%i)',
  async (seed) => {
    const person = new Person(randomNumbers(seed));
    try {
      for (let step = 0; step < 60; step++) {
        await person.act();
        if (step % 6 === 5) await person.pause();
      }
    } catch (error) {
      console.log(person.done.slice(-25).join('\n'));
      throw error;
    } finally {
      person.page.close();
    }
  },
  60_000,
);
