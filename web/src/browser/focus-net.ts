/** A press may take away what has the focus, or disable it: it then goes on nearby, where nothing has said where. */

import { focusMap, MAP } from './keep-focus';

const FOCUSABLE = ':is(button, input, select, textarea, a[href], [tabindex]):not(:disabled)';
const STOP = ':not([tabindex="-1"])';

const isSeen = (element: Element) => element.getClientRects().length > 0;

function ancestorsOf(element: Element): Element[] {
  const { parentElement } = element;
  return parentElement ? [parentElement, ...ancestorsOf(parentElement)] : [];
}

/** What is left around it that can have the focus, or something in that. */
function nearest(around: readonly Element[]): HTMLElement | undefined {
  for (const element of around) {
    if (!element.isConnected || element.matches('main, body')) continue;
    if (element instanceof HTMLElement && element.matches(FOCUSABLE)) return element;
    const stops = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)];
    const first = stops.find((stop) => stop.matches(STOP) && isSeen(stop));
    if (first) return first;
    if (element.parentElement?.matches('main, body') === true) break;
  }
  return undefined;
}

/** From now on; returns what ends it. */
export function spanFocusNet(): () => void {
  let last: Element | undefined;
  let around: Element[] = [];
  let isMap = false;
  /** Has the focus of a map that is gone, until there is another one. */
  let standIn: Element | undefined;
  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return;
    last = target;
    around = ancestorsOf(target);
    isMap = target.matches(MAP);
    if (target !== standIn) standIn = undefined;
  };
  const observer = new MutationObserver(() => {
    if (standIn && document.activeElement === standIn && document.querySelector(MAP)) focusMap();
    if (!last || (last.isConnected && !last.matches(':disabled'))) return;
    const { activeElement, body } = document;
    // Browsers let go of what is disabled, each at a time of its own.
    const isNowhere = !activeElement || activeElement === body || activeElement === last;
    last = undefined;
    if (!isNowhere) return;
    const next = isMap && document.querySelector(MAP) ? undefined : nearest(around);
    if (isMap) standIn = next;
    if (next) next.focus({ preventScroll: true });
    else focusMap();
  });
  addEventListener('focusin', remember);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['disabled'],
  });
  return () => {
    removeEventListener('focusin', remember);
    observer.disconnect();
  };
}
