/** A press may take away what has the focus, or disable it: it then goes on nearby, where nothing has said where. */

import { focusMap } from './keep-focus';

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
  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return;
    last = target;
    around = ancestorsOf(target);
  };
  const observer = new MutationObserver(() => {
    if (!last || (last.isConnected && !last.matches(':disabled'))) return;
    const { activeElement, body } = document;
    // Browsers let go of what is disabled, each at a time of its own.
    const isNowhere = !activeElement || activeElement === body || activeElement === last;
    last = undefined;
    if (!isNowhere) return;
    const next = nearest(around);
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
