/** Arrow keys within a group of buttons, which is then one stop of the Tab key, or a list that is quick to go through. */

const STEPS: Partial<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

/** Which of `count` a key leads to from one of them; undefined for other keys. Past an end it goes on at the other. */
export function stepTo(key: string, from: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = STEPS[key];
  if (step === undefined) return undefined;
  return from < 0 ? (step > 0 ? 0 : count - 1) : (from + step + count) % count;
}

/** Moves the focus among the buttons of a group, from the one that has it. */
export function moveFocus(group: HTMLElement, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const buttons = [...group.querySelectorAll('button')];
  const from = buttons.findIndex((button) => button === document.activeElement);
  const to = stepTo(event.key, from, buttons.length);
  if (to === undefined) return;
  event.preventDefault();
  buttons[to]?.focus();
}
