/** What a press brings up is seen, wherever it stands: an attachment. */

export function intoView(element: Element): void {
  // Not from under somebody who types: then the line would go that is typed in.
  if (document.activeElement instanceof HTMLTextAreaElement) return;
  element.scrollIntoView({ block: 'nearest' });
}
