/** The line before the engine. */

import { expect, test } from 'vitest';

import type { AttributionMetric, Session } from '../../web/src/engine/module';
import { documentOf, settled } from '../../web/src/experiment/defaults';
import type { Experiment } from '../../web/src/experiment/experiment';
import type { RunEvents } from '../../web/src/worker/engine-access';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { SessionRunner } from '../../web/src/worker/session-runner';
import { experiment, FakePort, FakeSession, type Fault, ROWS } from './fake-engine';

const METRIC: AttributionMetric = { metric: 'logit', target: 0, against: 0 };

const silent: RunEvents = { onStart: () => undefined, onRow: () => undefined };
const never = new AbortController().signal;

const settle = async (ticks = 50) => {
  for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
};

const queueOf = (port: FakePort) => ({
  patch: new RunQueue(port).part('Patch'),
});

test('a run waits for that of another part, which it neither ends nor disturbs', async () => {
  const queue = new RunQueue(new FakePort(() => 1));
  const [patch, many] = [queue.part('Patch'), queue.part('Many prompts')];
  const order: string[] = [];
  const told = (name: string): RunEvents => ({
    onStart: () => {
      order.push(name);
      return undefined;
    },
    onRow: () => order.push(name),
  });
  const first = many.run(experiment('a'), 'the pair Jones', told('a'), never);
  const second = patch.run(experiment('b'), 'an experiment', told('b'), never);
  expect(patch.waitsFor).toBe('“Many prompts”: the pair Jones');
  expect(many.waitsFor).toBeUndefined();
  expect(await Promise.all([first, second])).toEqual(['done', 'done']);
  expect(order.join('')).toBe('aaaaabbbbb');
  expect(patch.waitsFor).toBeUndefined();
});

test('a run whose start throws while another one runs leaves nothing behind', async () => {
  const port = new FakePort(() => 1);
  const queue = new RunQueue(port);
  const first = queue.part('Patch').run(experiment('a'), '', silent, never);
  const bad = queue.part('Many prompts').run(experiment('b', 'start'), '', silent, never);
  await expect(bad).rejects.toThrow('cannot start b');
  expect(await first).toBe('done');
  expect(await queue.part('Patch').run(experiment('c'), '', silent, never)).toBe('done');
});

test('the worker refuses a run in the middle of another one, and keeps that', async () => {
  const runner = new SessionRunner(new FakeSession() as unknown as Session);
  let intruder: Promise<unknown> | undefined;
  const quiet = { onEstimates: () => undefined, onEstimatesFailed: () => undefined };
  const document = (name: string) => documentOf(settled(experiment(name)));
  const run = runner.run(1, document('a'), {
    ...quiet,
    onStart: () => [],
    onRow: () => {
      intruder ??= runner
        .run(2, document('b'), { ...quiet, onStart: () => [], onRow: () => undefined })
        .catch((error: unknown) => error);
    },
  });
  expect(await run).toBe('done');
  expect(await intruder).toEqual(new Error('another experiment is being computed'));
});

test('a cancel ends the run that it means, and no other', async () => {
  const runner = new SessionRunner(new FakeSession() as unknown as Session);
  const events = {
    onStart: () => [],
    onEstimates: () => undefined,
    onEstimatesFailed: () => undefined,
  };
  const document = documentOf(settled(experiment('a')));
  const cancelling = (id: number) => ({
    ...events,
    onRow: () => {
      runner.cancel(id);
    },
  });
  expect(await runner.run(2, document, cancelling(1))).toBe('done');
  expect(await runner.run(3, document, cancelling(3))).toBe('cancelled');
});

test('an estimate that fails does not end the exact run', async () => {
  const failed: string[] = [];
  let rows = 0;
  const { patch } = queueOf(new FakePort(() => 1));
  const end = await patch.run(
    experiment('a', 'estimate'),
    '',
    {
      onStart: () => [METRIC],
      onEstimatesFailed: (_, why) => failed.push(why),
      onRow: () => rows++,
    },
    never,
  );
  expect([end, rows]).toEqual(['done', ROWS]);
  expect(failed).toEqual(['no estimate of a estimate']);
});

test('a question is answered between the rows of its own run, and waits for another one’s', async () => {
  const port = new FakePort(() => 1);
  const queue = new RunQueue(port);
  const order: string[] = [];
  const run = queue
    .part('Patch')
    .run(
      experiment('a'),
      'an experiment',
      { onStart: () => undefined, onRow: () => order.push('row') },
      never,
    );
  const own = queue
    .part('Patch')
    .checks(experiment('a'))
    .then(([check]) => order.push(check?.name ?? ''));
  const closer = queue.part('Look closer');
  const other = closer.checks(experiment('b')).then(([check]) => order.push(check?.name ?? ''));
  expect(closer.waitsFor).toBe('“Patch”: an experiment');
  await Promise.all([run, own, other]);
  expect(order.indexOf('a ')).toBeLessThan(ROWS);
  expect(order.at(-1)).toBe('b ');
});

test('of what it asked itself a part is not told that it waits', async () => {
  const closer = new RunQueue(new FakePort(() => 1)).part('Look closer');
  const asked = ['a', 'b'].map((name) => closer.checks(experiment(name)));
  expect(closer.waitsFor).toBeUndefined();
  expect(await Promise.all(asked)).toHaveLength(2);
});

test('a run that is cancelled in the line never begins', async () => {
  const queue = new RunQueue(new FakePort(() => 1));
  const abort = new AbortController();
  const first = queue.part('Patch').run(experiment('a'), '', silent, never);
  let begun = false;
  const onStart = () => {
    begun = true;
    return undefined;
  };
  const second = queue.part('Patch').run(experiment('b'), '', { ...silent, onStart }, abort.signal);
  abort.abort();
  expect(await second).toBe('cancelled');
  expect(await first).toBe('done');
  expect(begun).toBe(false);
});

test('what is run is settled, in whatever part', async () => {
  const port = new FakePort(() => 1);
  const { patch } = queueOf(port);
  let run: Experiment | undefined;
  const zeros: Experiment = { ...experiment('a'), corruption: { kind: 'zero' } };
  await patch.run(
    zeros,
    '',
    {
      onStart: (_, asked) => {
        run = asked;
        return undefined;
      },
      onRow: () => undefined,
    },
    never,
  );
  expect(zeros.directions).toEqual(['denoising']);
  expect(run?.directions).toEqual(['noising']);
});

test('an unloaded model cancels what waits and what runs; a crash fails them', async () => {
  for (const isCrash of [false, true]) {
    const port = new FakePort(() => 1);
    const queue = new RunQueue(port);
    const ends = ['Patch', 'Many prompts'].map((part) =>
      queue
        .part(part)
        .run(experiment(part), '', silent, never)
        .catch((error: unknown) => (error as Error).message),
    );
    const question = queue.part('Look closer').checks(experiment('c'));
    await settle(5);
    port.close(isCrash);
    const expected = isCrash ? 'unloaded' : 'cancelled';
    expect(await Promise.all(ends)).toEqual([expected, expected]);
    await expect(question).rejects.toThrow('unloaded');
    await expect(queue.part('Patch').tokenize('x')).rejects.toThrow('unloaded');
    await expect(queue.part('Patch').checks(experiment('d'))).rejects.toThrow('unloaded');
  }
});

/** Numbers that look random and are the same every time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 8) % below;
  };
}

interface Request {
  asked: Experiment;
  isRun: boolean;
  abort: AbortController;
  rows: number;
  ends: string[];
}

const PARTS = ['Patch', 'Look closer', 'Many prompts', 'The report'];
const FAULTS: Fault[] = ['', '', '', 'start', 'row', 'estimate', 'checks'];

/** What each request may end with. */
function expectEnd({ asked, isRun, abort, rows, ends }: Request, closed: boolean): void {
  const [end] = ends;
  const name = asked.clean as string;
  expect(ends, name).toHaveLength(1);
  if (end === 'cancelled') expect(abort.signal.aborted || closed, name).toBe(true);
  if (end === 'done' && isRun) expect(rows, name).toBe(ROWS);
  if (end?.startsWith('failed')) {
    const why = end.includes('unloaded') ? closed : /start|row|checks/.test(name);
    expect(why, `${name}: ${end}`).toBe(true);
  }
  if (end === 'done' && isRun) expect(name).not.toMatch(/start|row/);
}

test('whatever parts start, cancel and ask in whatever order, each request ends once and in its own way', async () => {
  for (let seed = 0; seed < 100; seed++) await interleave(randomOf(seed));
}, 60_000);

async function interleave(random: (below: number) => number): Promise<void> {
  const port = new FakePort(() => random(6));
  const queue = new RunQueue(port);
  const requests: Request[] = [];
  for (let step = 0; step < 25; step++) {
    const part = queue.part(PARTS[random(PARTS.length)] ?? '');
    const act = random(5);
    if (act === 2) {
      requests[random(requests.length + 1)]?.abort.abort();
    } else {
      const fault = FAULTS[random(FAULTS.length)] ?? '';
      const asked = experiment(`e${random(4)}`, fault);
      const abort = new AbortController();
      requests.push({ asked, isRun: act < 2, abort, rows: 0, ends: [] });
      void follow(part, requests.at(-1));
    }
    await settle(random(12));
  }
  const isClosed = random(4) === 0;
  if (isClosed) port.close(random(2) === 0);
  await settle(600);
  for (const request of requests) expectEnd(request, isClosed);
  expect(port.session.interrupted).toBe(0);
  expect(PARTS.map((part) => queue.part(part).waitsFor)).toEqual(PARTS.map(() => undefined));
  if (isClosed) return;
  expect(await queue.part('Patch').run(experiment('last'), '', silent, never)).toBe('done');
}

async function follow(
  part: ReturnType<RunQueue['part']>,
  request: Request | undefined,
): Promise<void> {
  if (!request) return;
  const { asked, isRun, abort, ends } = request;
  try {
    if (isRun) {
      const events: RunEvents = {
        onStart: (_, run) => {
          expect(run.clean).toBe(asked.clean);
          return [METRIC];
        },
        onEstimates: () => undefined,
        onRow: ({ layer }) => {
          expect(layer).toBe(ROWS - 1 - request.rows);
          request.rows++;
        },
      };
      ends.push(await part.run(asked, `${asked.clean as string}`, events, abort.signal));
    } else {
      const [check] = await part.checks(asked);
      expect(check?.name).toBe(asked.clean);
      ends.push('done');
    }
  } catch (error) {
    ends.push(`failed: ${(error as Error).message}`);
  }
}
