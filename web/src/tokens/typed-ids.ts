/** Token ids as they are typed, where a model has no tokenizer that would make them of a text. */

export const IDS_EXPECTED = 'this model has no tokenizer, expected token ids, such as 464, 3290';

export const idsText = (ids: readonly number[]): string => ids.join(', ');

/** Undefined for what is no list of ids; which of them a model has, it says itself. */
export function idsIn(text: string): number[] | undefined {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  if (!parts.every((part) => /^#?\d{1,9}$/.test(part))) return undefined;
  return parts.map((part) => Number(part.replace('#', '')));
}

/** Throws where it is none. */
export function idIn(text: string): number {
  const [id, ...more] = idsIn(text) ?? [];
  if (id === undefined || more.length > 0) throw new Error(`“${text}” is no id: ${IDS_EXPECTED}`);
  return id;
}
