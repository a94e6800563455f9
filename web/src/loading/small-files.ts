/** The small files of a model, from its server. */

import { TIMING } from '../weights/back-off';
import { readText } from '../weights/download';
import { isMissing, isReachable } from '../weights/missing';
import { fileAddress } from '../weights/model-address';
import { type ReadOptions, RemoteFile } from '../weights/remote-file';
import { MissingError, PassingError, UnreachableError } from '../weights/responses';

/** Without a pause, and without a word. */
export const ONCE: ReadOptions = { timing: { ...TIMING, attempts: 1 } };

export class SmallFiles {
  private readonly remotes: RemoteFile[] = [];

  constructor(
    private readonly folder: string,
    private readonly onState: NonNullable<ReadOptions['onState']>,
  ) {}

  /** Ends the pauses between two attempts. */
  retryNow(): void {
    for (const remote of this.remotes) remote.retryNow();
  }

  /** Asks for nothing yet. */
  open(url: string, options: ReadOptions = {}): RemoteFile {
    const remote = new RemoteFile(url, { ...options, onState: this.onState });
    this.remotes.push(remote);
    return remote;
  }

  /** Rejects as RemoteFile does. */
  need(name: string, options: ReadOptions = {}): Promise<string> {
    const url = fileAddress(this.folder, name);
    return readText(this.open(url, options), url);
  }

  /** Undefined where the server has no such file, which is no error. */
  async find(name: string, options: ReadOptions = {}): Promise<string | undefined> {
    try {
      return await this.need(name, ONCE);
    } catch (error) {
      if (error instanceof MissingError) return undefined;
      if (!(error instanceof PassingError)) throw error;
      return this.findAgain(name, error, options);
    }
  }

  /** A server that hides what it does not have is asked twice at once; a connection that is bad, as for any file. */
  private async findAgain(name: string, first: PassingError, options: ReadOptions) {
    const isHidden = first instanceof UnreachableError && (await isReachable(this.folder));
    try {
      return await this.need(name, isHidden ? ONCE : options);
    } catch (error) {
      if (await isMissing(error, this.folder)) return undefined;
      throw error;
    }
  }
}
