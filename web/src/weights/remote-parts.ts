/** Parts of a file on a server that gives such. */

import { compareVersions, type FileVersion } from './file-version';
import { RemoteFile, type ReadOptions } from './remote-file';

/** How a file is opened: `RemoteFile`'s constructor, for who has more to say. */
export type OpenRemote = (url: string, options: ReadOptions) => RemoteFile;

const WITHOUT_PARTS =
  'its server sends files whole, without their length or without parts of them (ranges), and a file of PyTorch’s is ' +
  'read in parts; download it and choose it among the files on this machine, or save it as safetensors';

export class RemoteParts {
  private constructor(
    private readonly url: string,
    private readonly open: OpenRemote,
    readonly size: number,
    readonly version: FileVersion,
  ) {}

  /** Rejects as RemoteFile does, and where the server gives no parts. */
  static async at(url: string, open: OpenRemote): Promise<RemoteParts> {
    const first = await asked(open(url, { until: 1 }));
    if (!first.isPart) throw new Error(`${url}: ${WITHOUT_PARTS}`);
    // Other origins may hide of how many bytes it is a part, but not how long the whole is.
    const { version } = first.total === undefined ? await asked(open(url, {})) : first;
    if (version.total === undefined) throw new Error(`${url}: ${WITHOUT_PARTS}`);
    return new RemoteParts(url, open, version.total, version);
  }

  /** Rejects where the file is another one by now. */
  read = async ({ begin, end }: { begin: number; end: number }): Promise<Uint8Array> => {
    const bytes = new Uint8Array(end - begin);
    let length = 0;
    const file = this.open(this.url, { from: begin, until: end, version: this.version });
    for await (const piece of file.pieces()) {
      if (piece.kind === 'restart') throw new Error(piece.reason);
      bytes.set(piece.bytes, length);
      length += piece.bytes.byteLength;
    }
    if (length < bytes.byteLength || compareVersions(file.version, this.version) === 'changed') {
      throw new Error(`${this.url}: the file changed on the server; load it again`);
    }
    return bytes;
  };
}

/** Of which only what its answer tells is wanted. */
async function asked(file: RemoteFile) {
  await file.open();
  const { isPart, total, version } = file;
  file.close();
  return { isPart, total, version };
}
