/** A page around a lab, without a browser: its address, what it keeps, time that a test lets pass, its models. */

import { flushSync } from 'svelte';
import { vi } from 'vitest';

import { Lab } from '../../web/src/state/lab.svelte';
import type { LoadedModel } from '../../web/src/state/model-shelf.svelte';
import { RunQueue } from '../../web/src/worker/run-queue.svelte';
import { FakeItems } from './fake-items';
import { FakePort } from './fake-engine';
import { type HonestSession, LAYERS } from './honest-session';

/** Longer than a person pauses, and than all that follows takes. */
const A_WHILE = 3000;

class NoWorker {
  onerror: (() => void) | undefined;

  constructor() {
    queueMicrotask(() => this.onerror?.());
  }

  terminate() {
    return undefined;
  }
}

/** The browser's, of one tab: `go` tells the page as `popstate` does. */
class Tab {
  private readonly entries: string[];
  private at = 0;

  constructor(address: string) {
    this.entries = [address];
  }

  get search() {
    const address = this.entries[this.at] ?? '';
    return address.startsWith('?') ? address : '';
  }

  get count() {
    return this.entries.length;
  }

  pushState = (_: unknown, __: string, address: string) => {
    this.entries.splice(this.at + 1);
    this.entries.push(address);
    this.at++;
  };

  replaceState = (_: unknown, __: string, address: string) => {
    this.entries[this.at] = address;
  };

  /** Whether there is somewhere to go. */
  go(steps: -1 | 1): boolean {
    if (!(this.at + steps in this.entries)) return false;
    this.at += steps;
    return true;
  }
}

export class LabPage {
  readonly lab: Lab;
  readonly tab: Tab;
  readonly items: FakeItems;
  private readonly end: () => void;
  private port: { close: () => void } | undefined;

  /** items: what earlier visits kept. */
  constructor(search = '', items = new FakeItems()) {
    vi.useFakeTimers();
    const tab = new Tab(search);
    vi.stubGlobal('Worker', NoWorker);
    vi.stubGlobal('self', { location: { href: 'http://localhost/' } });
    vi.stubGlobal('addEventListener', () => undefined);
    vi.stubGlobal('removeEventListener', () => undefined);
    vi.stubGlobal('localStorage', items);
    vi.stubGlobal('history', tab);
    vi.stubGlobal('location', {
      pathname: '/',
      get search() {
        return tab.search;
      },
      get href() {
        return `http://localhost/${tab.search}`;
      },
    });
    let lab: Lab | undefined;
    this.end = $effect.root(() => {
      lab = new Lab();
      lab.followEdits();
      lab.followResults();
      lab.followChoice();
    });
    if (!lab) throw new Error('no lab');
    [this.lab, this.tab, this.items] = [lab, tab, items];
    flushSync();
  }

  /** As the shelf does: the one before is closed. rowMs: what each row takes. */
  use(session: HonestSession, rowMs = 10): void {
    this.port?.close();
    const port = new FakePort(() => 1, session.model, session, rowMs);
    this.port = port;
    const info = { nLayer: LAYERS, nHead: 2, vocabSize: 1, dModel: 1, fingerprint: session.model };
    const source = { id: session.model, label: session.model };
    const loaded = { queue: new RunQueue(port), info, source, dtype: 'f32' };
    this.lab.shelf.inUse = loaded as unknown as LoadedModel;
  }

  go(steps: -1 | 1): boolean {
    const went = this.tab.go(steps);
    if (went) this.lab.reopen();
    return went;
  }

  async wait(ms: number): Promise<void> {
    flushSync();
    await vi.advanceTimersByTimeAsync(0);
    for (let passed = 0; passed < ms; passed += 50) {
      await vi.advanceTimersByTimeAsync(Math.min(50, ms - passed));
      flushSync();
    }
  }

  /** Until what follows from what was changed has come. */
  settle(): Promise<void> {
    return this.wait(A_WHILE);
  }

  close(): void {
    this.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
}
