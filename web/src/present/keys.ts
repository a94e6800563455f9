/** What keys do while the map is presented; wireless presenters send Page Down and Page Up. */

export type Action = 'more' | 'fewer' | 'turn' | 'leave';

interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** onMap: whether the map has the focus: letters are keys of it alone. Undefined for other keys. */
export function actionOf(
  { key, shiftKey, ctrlKey, metaKey, altKey }: Key,
  onMap: boolean,
): Action | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === 'Escape') return 'leave';
  if (key === ' ') return shiftKey ? 'fewer' : 'more';
  if (key === 'PageDown') return 'more';
  if (key === 'PageUp') return 'fewer';
  return onMap && (key === 'd' || key === 'D') ? 'turn' : undefined;
}
