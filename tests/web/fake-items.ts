/** A browser's `localStorage` in memory, of as many characters as it is given. */

import type { Items } from '../../web/src/history/store';

export class FakeItems implements Items {
  readonly held = new Map<string, string>();

  constructor(public room = Infinity) {}

  get length() {
    return this.held.size;
  }

  key = (index: number) => [...this.held.keys()][index] ?? null;

  getItem = (key: string) => this.held.get(key) ?? null;

  setItem = (key: string, value: string) => {
    const others = [...this.held].filter(([other]) => other !== key);
    const used = others.reduce((sum, [other, text]) => sum + other.length + text.length, 0);
    if (used + key.length + value.length > this.room) {
      throw new DOMException('there is no room', 'QuotaExceededError');
    }
    this.held.set(key, value);
  };

  removeItem = (key: string) => {
    this.held.delete(key);
  };
}
