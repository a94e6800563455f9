/** Loading files that someone chose from their disk. */

import type { TorchHeader } from '../engine/module';
import { reading } from '../weights/byte-stream';
import { decodeText } from '../weights/decode';
import { FILES, isTorch, saysItsModel } from '../weights/files';
import { localBytes, type LocalModel } from '../weights/local-files';
import { readTexts, type Texts } from '../weights/texts';
import type { Feeder } from './feeder';
import type { LoadReport } from './report';
import { textsOfFile } from './texts-of-file';
import { partsOf, readTorchHeader } from './torch-header';

/** Of those files that have it elsewhere than at their beginning, by their names. */
type Headers = Map<string, TorchHeader>;

async function headersOf(feeder: Feeder, { weights }: LocalModel): Promise<Headers> {
  const headers: Headers = new Map();
  for (const file of weights) {
    if (!isTorch(file.name)) continue;
    headers.set(file.name, await readTorchHeader(feeder.module, file.name, partsOf(file)));
  }
  return headers;
}

const textOf = async (file: File) => decodeText(await file.arrayBuffer(), file.name);

/** config: what the weights' file says, or nothing: then there is a config.json. */
function textsBeside(model: LocalModel, config: string): Promise<Texts> {
  return readTexts({
    need: async (name) => {
      if (config !== '') return config;
      if (model.config) return textOf(model.config);
      const weights = model.weights[0]?.name ?? '';
      throw new Error(`${weights} does not say its model’s sizes; expected its ${name} beside it`);
    },
    find: async (name) => {
      const file = model.tokenizer[name];
      return file && textOf(file);
    },
  });
}

/** Feeds the file from `begin` on. Returns from where it is to be read next. */
async function feedFrom(feeder: Feeder, file: File, begin: number, report: LoadReport) {
  const read = reading(file.slice(begin).stream());
  let position = begin;
  for (let piece = await read(); piece; piece = await read()) {
    feeder.feedAt(position, piece);
    position += piece.byteLength;
    report.add(piece.byteLength);
    if (feeder.isFar(position)) break;
  }
  return feeder.wanted(position);
}

async function feedFile(feeder: Feeder, file: File, report: LoadReport): Promise<void> {
  let position = feeder.wanted(0);
  while (position !== undefined && position < file.size) {
    position = await feedFrom(feeder, file, position, report);
  }
}

export async function loadFromFiles(
  feeder: Feeder,
  model: LocalModel,
  report: LoadReport,
): Promise<void> {
  const names = model.weights.map((file) => file.name);
  const [first = FILES.weights] = names;
  const headers = await headersOf(feeder, model);
  if (saysItsModel(first)) {
    feeder.beginFile(first);
  } else {
    feeder.begin(await textsBeside(model, headers.get(first)?.config ?? ''), names);
  }
  report.begin({ kind: 'disk' }, localBytes(model));
  for (const file of model.weights) {
    const header = headers.get(file.name);
    if (header) feeder.takeHeader(header.text, file.name);
    await feedFile(feeder, file, report);
    feeder.endFile();
  }
  if (saysItsModel(first)) textsOfFile(feeder.session, report);
  feeder.session.finish();
}
