/** Loading files that someone chose from their disk. */

import { reading } from '../weights/byte-stream';
import { decodeText } from '../weights/decode';
import { localBytes, type LocalModel } from '../weights/local-files';
import { readTexts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { textsOfFile } from './texts-of-file';

export async function loadFromFiles(
  feeder: Feeder,
  model: LocalModel,
  report: LoadReport,
): Promise<void> {
  const textOf = async (file: File) => decodeText(await file.arrayBuffer(), file.name);
  const names = model.weights.map((file) => file.name);
  const { config, tokenizer } = model;
  if (config) {
    const texts = await readTexts({
      need: () => textOf(config),
      find: async (name) => {
        const file = tokenizer[name];
        return file && textOf(file);
      },
    });
    feeder.begin(texts, names);
  } else {
    feeder.beginFile(names[0] ?? '');
  }
  report.begin({ kind: 'disk' }, localBytes(model));
  for (const file of model.weights) {
    const read = reading(file.stream());
    for (let piece = await read(); piece; piece = await read()) {
      feeder.feed(piece);
      report.add(piece.byteLength);
    }
    feeder.session.endFile();
  }
  if (!config) textsOfFile(feeder.session, report);
  feeder.session.finish();
}
