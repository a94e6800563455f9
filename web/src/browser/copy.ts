/** Copies a text. Why it could not be; undefined where it was: then the person is offered it to copy. */

import { messageOf } from '../errors/errors';

export async function copyText(text: string): Promise<string | undefined> {
  // Over plain http from another machine there is none.
  const { clipboard } = navigator as Partial<Navigator>;
  if (!clipboard) {
    return 'Browsers let a page copy only over https or from localhost; copy it from here.';
  }
  try {
    await clipboard.writeText(text);
    return undefined;
  } catch (error) {
    return `The browser did not let it be copied (${messageOf(error)}); copy it from here.`;
  }
}
