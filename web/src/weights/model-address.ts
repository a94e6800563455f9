/** What an address that someone typed or copied stands for: one folder that holds a model's files. */

import { FILES, INDEX } from './files';

/** What a model page of Hugging Face shows of a repository: a folder, or one file. */
const FOLDER_VIEWS = ['tree', 'resolve'];
const FILE_VIEWS = ['blob', 'resolve', 'raw'];

/** Repositories of these kinds have one more segment before the owner's name. */
const KINDS = ['datasets', 'spaces'];

/** The part of a model's weights that an index names. */
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

/** Files that no folder is called like. */
const FILE_ENDINGS = /\.(safetensors|json|txt|bin|pt|pth|onnx|gguf|zip|html?)$/i;

const EXPECTED =
  `expected a folder with ${FILES.config}, ${FILES.vocab}, ${FILES.merges} and ${FILES.weights}, ` +
  'or one of these files';

function isModelFile(name: string): boolean {
  return name === INDEX || SHARD.test(name) || Object.values<string>(FILES).includes(name);
}

/** The path without a file at its end; with its slash. Throws for a file that is none of a model. */
function folderOf(path: string, text: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (isModelFile(last)) return path.slice(0, path.length - last.length);
  if (FILE_ENDINGS.test(last)) throw new Error(`"${text}" is the file ${last}, ${EXPECTED}`);
  return last === '' ? path : `${path}/`;
}

/** A revision with slashes has them escaped, but for these that are often written out. */
function splitRevision(segments: string[]): { revision: string; path: string[] } {
  const length = segments[0] === 'refs' && segments.length >= 3 ? 3 : 1;
  return { revision: segments.slice(0, length).join('%2F'), path: segments.slice(length) };
}

/**
 * Where Hugging Face has the files that one of its pages, or one of their addresses, is about: the
 * revision and the folder that the address names, and no others in their place.
 * Source: https://huggingface.co/docs/hub/en/models-downloading
 */
function hubPath(path: string, text: string): string {
  const segments = path.split('/').filter(Boolean);
  const kind = KINDS.includes(segments[0] ?? '') ? segments.splice(0, 1) : [];
  // A few of the oldest repositories have no owner.
  const isView = (segment = '') => [...FOLDER_VIEWS, ...FILE_VIEWS].includes(segment);
  const repository = [...kind, ...segments.splice(0, isView(segments[1]) ? 1 : 2)];
  const [view = 'tree', ...rest] = segments;
  const isFile = !path.endsWith('/') && isModelFile(rest.at(-1) ?? '');
  const isKnown = isFile ? FILE_VIEWS.includes(view) : FOLDER_VIEWS.includes(view);
  if (repository.length === kind.length || !isKnown) {
    throw new Error(
      `"${text}" is a page of Hugging Face that shows no model's folder, expected one such as ` +
        'https://huggingface.co/openai-community/gpt2 or …/gpt2/tree/REVISION/FOLDER',
    );
  }
  const { revision, path: inside } = splitRevision(rest);
  const names = [...repository, 'resolve', revision || 'main', ...inside];
  return folderOf(`/${names.join('/')}`, text);
}

function parse(text: string, base: string): URL {
  if (text.trim() === '') throw new Error(`there is no address, ${EXPECTED}`);
  let url: URL;
  try {
    url = new URL(text.trim(), base);
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
 * The folder's address, its path ending with a slash; a query goes along to each file (`fileAddress`).
 * base: what a relative address is relative to. Throws where the address names no such folder.
 */
export function folderAddress(text: string, base: string): string {
  const url = parse(text, base);
  url.hash = '';
  if (['huggingface.co', 'www.huggingface.co', 'hf.co'].includes(url.host)) {
    const path = hubPath(url.pathname, text);
    return new URL(path, 'https://huggingface.co').href; // its queries only say how to show a page
  }
  url.pathname = folderOf(url.pathname, text);
  return url.href;
}

/** The address of a file in a folder: `folderAddress`. */
export function fileAddress(folder: string, name: string): string {
  const url = new URL(folder);
  url.pathname += name;
  return url.href;
}
