/** Loading files that someone chose from their disk. */

import { reading } from '../weights/byte-stream';
import { decodeText } from '../weights/decode';
import { localBytes, type LocalModel } from '../weights/local-files';
import { readTexts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

export async function loadFromFiles(
  feeder: Feeder,
  model: LocalModel,
  report: LoadReport,
): Promise<void> {
  const textOf = async (file: File) => decodeText(await file.arrayBuffer(), file.name);
  const texts = await readTexts({
    need: () => textOf(model.config),
    find: async (name) => {
      const file = model.tokenizer[name];
      return file && textOf(file);
    },
  });
  feeder.begin(
    texts,
    model.weights.map((file) => file.name),
  );
  report.begin({ kind: 'disk' }, localBytes(model));
  for (const file of model.weights) {
    const read = reading(file.stream());
    for (let piece = await read(); piece; piece = await read()) {
      feeder.feed(piece);
      report.add(piece.byteLength);
    }
    feeder.session.endFile();
  }
  feeder.session.finish();
}
