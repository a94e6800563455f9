/** Models of Hugging Face: what an address names of a repository, and where its files are. */

/** What a model page shows of a repository: a folder, or one file. */
const FOLDER_VIEWS = ['tree', 'resolve'];
const FILE_VIEWS = ['blob', 'resolve', 'raw'];
const VIEWS = [...FOLDER_VIEWS, ...FILE_VIEWS];

/** Repositories of these kinds have one more segment before the owner's name. */
const KINDS = ['datasets', 'spaces'];

/** Nobody is called so there, since its own pages are. */
const OWN_PAGES = [...KINDS, 'models'];

const HOSTS = ['huggingface.co', 'www.huggingface.co', 'hf.co', 'www.hf.co'];

export const HUB = 'https://huggingface.co/';

/** "owner/model", what a page of it shows after that, and how. */
const SHORT = new RegExp(
  String.raw`^([\w-][\w.-]*)/[\w-][\w.-]*(/(${VIEWS.join('|')})/[^?#]+)?/?([?#].*)?$`,
);

export interface HubPlace {
  /** "openai-community/gpt2"; a few of the oldest have no owner. */
  repository: string;
  /** As it is in a path: a slash in it is escaped. */
  revision: string;
  /** Folders and a file inside of the repository. */
  path: string[];
}

/** The address in full of what is named "owner/model", with what a page's address has after that. */
export function fullHubAddress(text: string): string | undefined {
  const owner = SHORT.exec(text)?.[1];
  return owner === undefined || OWN_PAGES.includes(owner) ? undefined : HUB + text;
}

export function isHubHost(host: string): boolean {
  return HOSTS.includes(host);
}

/** A revision with slashes has them escaped, but for these that are often written out. */
function splitRevision(segments: string[]): { revision: string; path: string[] } {
  const length = segments[0] === 'refs' && segments.length >= 3 ? 3 : 1;
  const revision = segments.slice(0, length).join('%2F') || 'main';
  return { revision, path: segments.slice(length) };
}

/**
 * The revision, the folder and the file that the path of one of its addresses names, and no others in their
 * place; undefined where that is no model's folder or file. isFile: whether a name is one of a model's files.
 * Source: https://huggingface.co/docs/hub/en/models-downloading
 */
export function hubPlace(path: string, isFile: (name: string) => boolean): HubPlace | undefined {
  const segments = path.split('/').filter(Boolean);
  const kind = KINDS.includes(segments[0] ?? '') ? segments.splice(0, 1) : [];
  const owned = VIEWS.includes(segments[1] ?? '') ? 1 : 2;
  const repository = [...kind, ...segments.splice(0, owned)];
  const [view = 'tree', ...rest] = segments;
  const namesFile = !path.endsWith('/') && isFile(rest.at(-1) ?? '');
  const isShown = (namesFile ? FILE_VIEWS : FOLDER_VIEWS).includes(view);
  if (repository.length === kind.length || !isShown) return undefined;
  return { repository: repository.join('/'), ...splitRevision(rest) };
}

/** Where its files are. */
export function hubFiles({ repository, revision, path }: HubPlace): string {
  return `${HUB}${[repository, 'resolve', revision, ...path].join('/')}`;
}

/** The shortest that names it: what its own pages add to their address, without the host where an owner is named. */
export function hubName(place: HubPlace, file: string | undefined): string {
  const { repository, revision, path } = place;
  const isOwned =
    repository.includes('/') && !KINDS.some((kind) => repository.startsWith(`${kind}/`));
  const view = file === undefined ? 'tree' : 'blob';
  const isWhole = isOwned && revision === 'main' && path.length === 0 && file === undefined;
  const shown = isWhole ? [] : [view, revision, ...path, ...(file === undefined ? [] : [file])];
  return (isOwned ? '' : HUB) + [repository, ...shown].join('/');
}
