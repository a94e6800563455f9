/** In the service worker: the files of one version of the page, each fetched once. */

export interface PageFile {
  /** Beside the page; empty for the page itself. */
  path: string;
  /** SHA-256, in base64. */
  digest: string;
}

/** What earlier versions kept: see the history of service-worker.ts. */
const EARLIER = 'workbox-precache-v2-';

/** Of a file of the engine, which build of it. */
const variantOf = (path: string) => /^engine\/[^/]+\/([^/]+)\//.exec(path)?.[1];

/** What most visits have no use for: kept once it was asked for. */
const isRare = ({ path }: PageFile) => path.startsWith('tokenizers/');

/** Under its name there is never another content. */
const isNamedByContent = ({ path }: PageFile) => /^(assets|engine)\//.test(path);

async function digestOf(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return btoa(digest.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}

interface Fetched {
  /** It can still be read. */
  response: Response;
  digest: string;
  /** Whether it holds this version of the file. */
  isRight: boolean;
}

async function lookedAt(file: PageFile, response: Response): Promise<Fetched> {
  const digest = await digestOf(await response.clone().arrayBuffer());
  return { response, digest, isRight: response.ok && digest === file.digest };
}

export class PageFiles {
  /** Other pages of this origin have caches, too. */
  private readonly prefix: string;
  private readonly name: Promise<string>;
  /** [path], while one is on its way: whoever asks for it then waits. */
  private readonly turns = new Map<string, Promise<void>>();

  /** scope: the address that the files are beside. */
  constructor(
    private readonly scope: string,
    private readonly files: readonly PageFile[],
  ) {
    this.prefix = `patchboard ${scope} `;
    const list = new TextEncoder().encode(JSON.stringify(files));
    this.name = digestOf(list).then((digest) => this.prefix + digest);
  }

  /** Which one an address is of; an experiment in it does not make it another page. */
  find(address: string): PageFile | undefined {
    const { origin, pathname } = new URL(address);
    if (!`${origin}${pathname}`.startsWith(this.scope)) return undefined;
    const path = `${origin}${pathname}`.slice(this.scope.length).replace(/^index\.html$/, '');
    return this.files.find((file) => file.path === path);
  }

  /** The kept one; else its server's, which is kept while it passes. last: takes work that goes on. */
  async answer(file: PageFile, last: (work: Promise<unknown>) => void): Promise<Response> {
    const end = await this.takeTurn(file);
    try {
      const kept = await this.match(file);
      const response = kept ?? (await this.fetchPassing(file));
      const keeping = kept ? Promise.resolve() : this.putIfRight(file, response.clone());
      // What cannot be kept is there all the same, and is asked for again at the next visit.
      last(keeping.catch(() => undefined).then(end));
      return response;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Keeps every one that is not rare, and of the engine that build alone. Rejects where some could not be had. */
  async complete(variant: string): Promise<void> {
    const isOther = ({ path }: PageFile) => ![undefined, variant].includes(variantOf(path));
    await this.haveAll(
      this.files.filter((file) => !isOther(file) && !isRare(file)),
      [],
    );
    const cache = await this.cache();
    const others = this.files.filter(isOther);
    await Promise.all(others.map((file) => cache.delete(this.addressOf(file))));
  }

  /** Keeps what the versions before kept: the same files where they did not change, else new ones. */
  async succeed(): Promise<void> {
    const caches_ = await Promise.all((await this.otherNames()).map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
    const paths = requests.map(({ url }) => url.slice(this.scope.length));
    const variants = paths.map(variantOf);
    const wanted = this.files.filter((file) =>
      isRare(file)
        ? paths.includes(file.path)
        : [undefined, ...variants].includes(variantOf(file.path)),
    );
    await this.haveAll(wanted, caches_);
  }

  /** No page of a version before is open any more. */
  async forgetOthers(): Promise<void> {
    const earlier = EARLIER + this.scope;
    const names = [...(await this.otherNames()), earlier];
    await Promise.all(names.map((name) => caches.delete(name)));
  }

  private async otherNames(): Promise<string[]> {
    const own = await this.name;
    return (await caches.keys()).filter((name) => name.startsWith(this.prefix) && name !== own);
  }

  private addressOf({ path }: PageFile): string {
    return new URL(path, this.scope).href;
  }

  private refusedAddressOf(file: PageFile): string {
    return `${this.addressOf(file)}?refused`;
  }

  private async cache(): Promise<Cache> {
    return caches.open(await this.name);
  }

  private async match(file: PageFile): Promise<Response | undefined> {
    return (await this.cache()).match(this.addressOf(file));
  }

  /** Resolves, when nobody else fetches the file, to what ends this turn. */
  private async takeTurn({ path }: PageFile): Promise<() => void> {
    for (let before = this.turns.get(path); before; before = this.turns.get(path)) await before;
    let end = () => {};
    const turn = new Promise<void>((resolve) => {
      end = () => {
        this.turns.delete(path);
        resolve();
      };
    });
    this.turns.set(path, turn);
    return end;
  }

  /** The page itself must be of this version, whatever the browser still has of one before. */
  private async fetchPassing(file: PageFile): Promise<Response> {
    if (file.path === '') return (await this.fetchWhole(file)).response;
    return fetch(this.addressOf(file), {
      cache: isNamedByContent(file) ? 'force-cache' : 'default',
    });
  }

  /**
   * What the page has just fetched is still in the browser's own cache; else what its server has by now. A server
   * that says that nothing changed may be wrong, and is asked for all of it; but only once, since browsers try a
   * new version again and again while its server has not all of it.
   */
  private async fetchWhole(file: PageFile): Promise<Fetched> {
    const cached = await this.fetchAs(file, 'force-cache');
    if (cached.isRight) return cached;
    const current = await this.fetchAs(file, 'no-cache');
    const isUnchanged = current.digest === cached.digest && !current.isRight;
    if (!isUnchanged || (await this.isRefused(file, current))) return current;
    const whole = await this.fetchAs(file, 'reload');
    if (!whole.isRight) await this.refuse(file, whole);
    return whole;
  }

  private async fetchAs(file: PageFile, cache: RequestCache): Promise<Fetched> {
    return lookedAt(file, await fetch(this.addressOf(file), { cache }));
  }

  /** Whether this is what its server sent before, when it was asked for all of it. */
  private async isRefused(file: PageFile, { digest }: Fetched): Promise<boolean> {
    const refused = await (await this.cache()).match(this.refusedAddressOf(file));
    return (await refused?.text()) === digest;
  }

  private async refuse(file: PageFile, { digest }: Fetched): Promise<void> {
    await (await this.cache()).put(this.refusedAddressOf(file), new Response(digest));
  }

  private async putIfRight(file: PageFile, response: Response): Promise<void> {
    const { isRight } = await lookedAt(file, response);
    if (isRight) await this.put(file, response);
  }

  private async put(file: PageFile, response: Response): Promise<void> {
    const cache = await this.cache();
    await cache.put(this.addressOf(file), response);
    await cache.delete(this.refusedAddressOf(file));
  }

  private async haveAll(files: PageFile[], others: Cache[]): Promise<void> {
    const ends = await Promise.allSettled(files.map((file) => this.have(file, others)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  private async have(file: PageFile, others: Cache[]): Promise<void> {
    const end = await this.takeTurn(file);
    try {
      if (await this.match(file)) return;
      for (const cache of others) {
        const response = await cache.match(this.addressOf(file));
        if (response && (await lookedAt(file, response)).isRight) {
          await this.put(file, response);
          return;
        }
      }
      const { response, isRight } = await this.fetchWhole(file);
      if (!isRight) throw new Error(`${response.url} is not of this version of the page`);
      await this.put(file, response);
    } finally {
      end();
    }
  }
}
