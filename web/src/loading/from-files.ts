/** Loading files that someone chose from their disk. */

import { reading } from '../weights/byte-stream';
import { decodeText } from '../weights/decode';
import { FILES } from '../weights/files';
import { localBytes, type LocalModel } from '../weights/local-files';
import { readTexts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';

export async function loadFromFiles(
  feeder: Feeder,
  model: LocalModel,
  report: LoadReport,
): Promise<void> {
  const files: Record<string, File> = {
    [FILES.config]: model.config,
    [FILES.vocab]: model.vocab,
    [FILES.merges]: model.merges,
  };
  const texts = await readTexts(async (name) =>
    decodeText((await files[name]?.arrayBuffer()) ?? new ArrayBuffer(), name),
  );
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
