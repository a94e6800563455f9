/** What is measured of a template until somebody says what: what the model answers to its fillings. */

import type { TargetText } from '../experiment/experiment';
import { answeredTargets } from '../tokens/follow-targets';
import type { EngineAccess } from '../worker/engine-access';

/** As many as tell which token the last filling makes likelier than the first. */
const LOOKED_AT = 10;

type Asked = Pick<EngineAccess, 'expandTemplate' | 'predict' | 'resolveTarget'>;

/** The likeliest token of the first filling that is measured, and the last one's. */
export async function templateTargets(asked: Asked, template: string): Promise<TargetText[]> {
  const { fillings } = await asked.expandTemplate(template);
  const kept = fillings.filter(({ keeps }) => keeps);
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last) return [];
  const [ofFirst, ofLast] = await Promise.all(
    [first, last].map(({ text }) => asked.predict(text, LOOKED_AT)),
  );
  return answeredTargets(asked, { clean: ofFirst ?? [], corrupted: ofLast ?? [] }, []);
}
