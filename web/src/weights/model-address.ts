/** What an address that someone typed or copied stands for: a folder that holds a model's files, or one file of it. */

import { FILES, INDEX, isTorch, saysItsModel } from './files';
import { fullHubAddress, HUB, hubFiles, hubName, hubPlace, isHubHost } from './hub-address';

export interface ModelAddress {
  /** What a link calls it: read again, it is the same. */
  id: string;
  /** Its path ends with a slash; a query goes along to each file (`fileAddress`). */
  folder: string;
  /** The weights' file, or their index, where the address names one of another name than the usual. */
  file?: string;
}

/** One of several files of weights: what they are called, and the index that names them all. */
const SHARD = /^(.+)-\d+-of-\d+\.(safetensors|bin)$/;

const NAMED = /\.(safetensors|bin)(\.index\.json)?$/;

const areWeights = (name: string) => NAMED.test(name) || isTorch(name);

/** Files that no folder is called like. */
const FILE_ENDINGS = /\.(safetensors|json|txt|bin|pt|pth|onnx|gguf|zip|html?)$/i;

/** A host without "https://" before it, as browsers show it. */
const HOST = /^([a-z\d-]+\.)+[a-z]{2,}(:\d+)?(?=[/?#])/i;
const THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(?=[/?#]|$)/;

const EXPECTED =
  `expected a folder with ${FILES.config}, ${FILES.vocab}, ${FILES.merges} and ${FILES.weights}, ` +
  'or one of these files, or a .gguf, .bin or .pt';

function isModelFile(name: string): boolean {
  return saysItsModel(name) || areWeights(name) || Object.values<string>(FILES).includes(name);
}

/** The file that a path ends with, of which the weights are read; undefined for the usual ones. */
function fileIn(last: string): string | undefined {
  const name = decodeURIComponent(last).replace(SHARD, '$1.$2.index.json');
  const isUsual = name === FILES.weights || name === INDEX || !areWeights(name);
  return isUsual && !saysItsModel(name) ? undefined : name;
}

/** The folder, with its slash, and what is named in it. Throws for a file that is none of a model. */
function splitFile(path: string, text: string): { folder: string; file?: string } {
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (isModelFile(last)) {
    const file = fileIn(last);
    return { folder: path.slice(0, path.length - last.length), ...(file && { file }) };
  }
  if (FILE_ENDINGS.test(last)) throw new Error(`"${text}" is the file ${last}, ${EXPECTED}`);
  return { folder: last === '' ? path : `${path}/` };
}

function hubAddress(path: string, text: string): ModelAddress {
  const place = hubPlace(path, isModelFile);
  if (!place) {
    throw new Error(
      `"${text}" is a page of Hugging Face that shows no model's folder, expected one such as ` +
        'https://huggingface.co/openai-community/gpt2 or …/gpt2/tree/REVISION/FOLDER',
    );
  }
  const { folder, file } = splitFile(hubFiles(place) + (path.endsWith('/') ? '/' : ''), text);
  const inside = hubPlace(new URL(folder).pathname, isModelFile) ?? place;
  return {
    id: hubName(inside, file && encodeURIComponent(file)),
    folder,
    ...(file && { file }),
  };
}

/** In full, where people leave out what a browser does not show. */
function inFull(text: string): string {
  if (THIS_MACHINE.test(text)) return `http://${text}`;
  if (HOST.test(text)) return `https://${text}`;
  const isFile = FILE_ENDINGS.test(text.split(/[?#]/, 1)[0] ?? '') && text.split('/').length === 2;
  return (isFile ? undefined : fullHubAddress(text)) ?? text;
}

function parse(text: string, base: string): URL {
  if (text.trim() === '') throw new Error(`there is no address, ${EXPECTED}`);
  let url: URL;
  try {
    url = new URL(inFull(text.trim()), base);
  } catch {
    throw new Error(`"${text}" is not an address, expected one such as https://example.org/gpt2/`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`"${text}" is not a web address, expected http:// or https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('the address holds a user name or a password, which browsers refuse to send');
  }
  return url;
}

/**
 * What the forms of an address in docs/addresses.md stand for. base: what a relative address is relative to. Throws
 * where the address names no folder of a model, nor a file of one.
 */
export function modelAddress(text: string, base: string): ModelAddress {
  const url = parse(text, base);
  url.hash = '';
  // Queries of its pages only say how to show them.
  if (isHubHost(url.host)) return hubAddress(url.pathname, text);
  const { folder, file } = splitFile(url.pathname, text);
  url.pathname = folder;
  const id = file === undefined ? url.href : fileAddress(url.href, file);
  return { id, folder: url.href, ...(file && { file }) };
}

/** What a model is called today that an earlier page named by an address in full of Hugging Face; any other as it is. */
export function todaysId(id: string): string {
  if (!id.startsWith(HUB)) return id;
  try {
    return modelAddress(id, HUB).id;
  } catch {
    return id; // where it is opened, it is said what is wrong with it
  }
}

/** The address of a file in a folder: `modelAddress`. */
export function fileAddress(folder: string, name: string): string {
  const url = new URL(folder);
  url.pathname += encodeURIComponent(name);
  return url.href;
}

/** What a model of Hugging Face is called where it is loaded by name; undefined for any other. */
export function hubModel(id: string): { name: string; revision: string } | undefined {
  const full = fullHubAddress(id) ?? id;
  const place = full.startsWith(HUB) ? hubPlace(new URL(full).pathname, isModelFile) : undefined;
  if (place?.path.length !== 0) return undefined;
  return { name: place.repository, revision: decodeURIComponent(place.revision) };
}
