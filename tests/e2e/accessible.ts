/** What is wrong with the page for those who do not see it, have no mouse, or aim badly. */

import type { Page } from '@playwright/test';
import axe, { type AxeResults } from 'axe-core';

/**
 * A line for each place where a rule of axe's is broken, "best practices" among them.
 * rules: the only ones that are tried.
 */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    type Run = (options: object) => Promise<AxeResults>;
    const { run } = (globalThis as unknown as { axe: { run: Run } }).axe;
    const { violations } = await run(only ? { runOnly: only } : {});
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => [id, help, target, failureSummary].join(': ')),
    );
  }, rules);
}

/** What can be focused and lies under nothing. */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

/** Targets of fewer than 24 pixels either way; a label is its field's target, links in a sentence are none. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.locator(FOCUSABLE).evaluateAll((elements) => {
    return elements.flatMap((element) => {
      const target = element.closest('label') ?? element;
      const { width, height } = target.getBoundingClientRect();
      if (!element.checkVisibility() || width === 0) return [];
      const isLink = element.matches('a') && getComputedStyle(element).display === 'inline';
      const isLarge = height >= 24 && width >= 24;
      const name = element.ariaLabel ?? target.textContent.trim();
      return isLarge || isLink ? [] : [`${element.localName} “${name}”: ${width} × ${height}`];
    });
  });
}

/** Of what can be focused and lies under nothing: where the focus is not seen, or what is drawn of it is cut. */
export function unseenFocus(page: Page): Promise<string[]> {
  return page.locator(FOCUSABLE).evaluateAll((elements) => {
    const middle = (element: Element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2);
    };
    const isCovered = (element: Element) => {
      const over = middle(element)?.closest('[role="dialog"]');
      return over !== undefined && over !== null && !over.contains(element);
    };
    /** By how many pixels the ring around it is cut by a frame or by the window. */
    const cut = (element: Element, reach: number) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const ring = {
        left: left - reach,
        top: top - reach,
        right: right + reach,
        bottom: bottom + reach,
      };
      const over = (frame: { left: number; top: number; right: number; bottom: number }) =>
        Math.max(
          frame.left - ring.left,
          frame.top - ring.top,
          ring.right - frame.right,
          ring.bottom - frame.bottom,
        );
      let most = over({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
      for (let frame = element.parentElement; frame; frame = frame.parentElement) {
        const { overflowX, position } = getComputedStyle(frame);
        if (overflowX !== 'visible') most = Math.max(most, over(frame.getBoundingClientRect()));
        if (position === 'fixed') break;
      }
      return most;
    };
    const before = document.activeElement;
    const found = elements.flatMap((element) => {
      if (!(element instanceof HTMLElement) || !element.checkVisibility()) return [];
      if (element.matches(':disabled') || isCovered(element)) return [];
      element.focus({ focusVisible: true } as FocusOptions);
      const seen = middle(element);
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element);
      const name = `${element.localName} “${element.ariaLabel ?? element.textContent.trim()}”`;
      if (!seen || !(element.contains(seen) || seen.contains(element)))
        return [`${name}: not seen`];
      const width = parseFloat(outlineWidth);
      if (outlineStyle === 'none' || width < 2) return [`${name}: no outline`];
      const over = cut(element, width + parseFloat(outlineOffset));
      return over > 0.5 ? [`${name}: the ring is cut by ${over} px`] : [];
    });
    if (before instanceof HTMLElement) before.focus();
    return found;
  });
}
