/**
 * What was made before of the same object and settings is given again. While rows arrive, only the heatmap that one
 * is of changes: the others stay the objects that they are, so that nobody computes or draws them anew.
 */

/** As many settings as one heatmap is seen in at a time. */
const MOST = 8;

interface Made<Value> {
  settings: readonly unknown[];
  value: Value;
}

/** `of` is not changed any more, but replaced; nor is what is made of it. */
export class MadeBefore<Of extends object, Value> {
  private readonly made = new WeakMap<Of, Made<Value>[]>();

  get(of: Of, settings: readonly unknown[], make: () => Value): Value {
    const all = this.made.get(of) ?? [];
    const before = all.find((other) =>
      settings.every((each, i) => Object.is(each, other.settings[i])),
    );
    if (before) return before.value;
    const value = make();
    this.made.set(of, [...all, { settings, value }].slice(-MOST));
    return value;
  }
}
