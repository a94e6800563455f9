/**
 * The page's address, as what is set changes. Back and Forward go through the cells that were looked at and the
 * experiments whose results there were; what was only passed through while somebody typed is no step.
 */

export interface Stop {
  /** What the experiment is told by. */
  key: string;
  /** See `placeKey`. */
  cell: string;
}

export class AddressTrail {
  /** The last experiment of which a result stood for a while. */
  private stood: string | undefined;

  /** at: what the browser's current entry is of. */
  constructor(private at: Stop) {}

  /** A result of it is seen, and nothing follows it at once. */
  stands(key: string): void {
    this.stood = key;
  }

  /** The page itself went on from one experiment to another: that is no step of its own. */
  slide(from: string, to: string): void {
    if (this.at.key === from) this.at = { ...this.at, key: to };
    if (this.stood === from) this.stood = to;
  }

  /** The page itself went on with the cell that is held, as its map changed. */
  slideCell(from: string, to: string): void {
    if (this.at.cell === from) this.at = { ...this.at, cell: to };
  }

  /** The browser went to another entry by itself. */
  arrive(at: Stop): void {
    this.at = at;
  }

  write(address: string, now: Stop): void {
    const isOtherResult = now.key !== this.at.key && this.stood === this.at.key;
    if (isOtherResult || now.cell !== this.at.cell) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    this.at = now;
  }
}
