/** A host of files, a browser's own cache of them by their ETags, and the caches that a service worker has. */

export interface Hosted {
  content: string;
  etag: string;
}

/** As `fetch` answers, with what a browser has in its own cache already. */
export class FakeHost {
  /** [path under the scope] */
  readonly files: Record<string, Hosted> = {};
  /** Whose content was sent, in order; what is told to be unchanged is not sent again. */
  readonly sent: string[] = [];
  private readonly browser = new Map<string, Hosted>();

  constructor(private readonly scope: string) {}

  readonly fetch = (address: string, { cache }: RequestInit = {}): Promise<Response> => {
    const had = this.browser.get(address);
    if (had && cache === 'force-cache') return Promise.resolve(new Response(had.content));
    const path = address.slice(this.scope.length);
    const file = this.files[path];
    if (!file) return Promise.resolve(new Response('', { status: 404 }));
    const isUnchanged = cache !== 'reload' && had?.etag === file.etag;
    if (isUnchanged) return Promise.resolve(new Response(had.content));
    this.sent.push(path);
    this.browser.set(address, { ...file });
    return Promise.resolve(new Response(file.content));
  };
}

type Held = Map<string, Response>;

const cacheOf = (held: Held) => ({
  match: (address: string) => Promise.resolve(held.get(address)?.clone()),
  put: (address: string, response: Response) => Promise.resolve(void held.set(address, response)),
  delete: (address: string) => Promise.resolve(held.delete(address)),
  keys: () => Promise.resolve([...held.keys()].map((url) => ({ url }))),
});

/** As `caches`. */
export class FakeCaches {
  private readonly all = new Map<string, Held>();

  keys(): Promise<string[]> {
    return Promise.resolve([...this.all.keys()]);
  }

  open(name: string) {
    const held = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, held);
    return Promise.resolve(cacheOf(held));
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.all.delete(name));
  }
}
