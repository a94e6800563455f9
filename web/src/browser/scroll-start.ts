/** Where what scrolls is at first, and for other contents: where what matters is seen. A person may scroll it on. */

type Frame = Pick<
  Element,
  'scrollLeft' | 'scrollTop' | 'scrollWidth' | 'scrollHeight' | 'clientWidth' | 'clientHeight'
>;

/** Since its last move, until nobody is thought to be scrolling it. */
const RESTS_MS = 400;

export class ScrollStart {
  private contents: string | undefined;
  private start = 0;
  private movedAt = -Infinity;

  constructor(
    private readonly axis: 'x' | 'y',
    private readonly now = () => performance.now(),
  ) {}

  /** For its scroll event. */
  moved(frame: Frame): void {
    if (!this.isAtStart(frame)) this.movedAt = this.now();
  }

  /** contents: what is in it, in a word; start: how far to scroll. Where a person has scrolled the same, it stays. */
  place(frame: Frame, contents: string, start: number): void {
    const isScrolled = this.contents === contents && !this.isAtStart(frame);
    if (isScrolled || this.now() - this.movedAt < RESTS_MS) return;
    const key = this.axis === 'x' ? 'scrollLeft' : 'scrollTop';
    frame[key] = start;
    this.start = frame[key];
    this.contents = contents;
  }

  /** In a frame that has grown, what was scrolled to its end is scrolled less. */
  private isAtStart(frame: Frame): boolean {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = frame;
    const isX = this.axis === 'x';
    const end = isX ? scrollWidth - clientWidth : scrollHeight - clientHeight;
    const at = isX ? frame.scrollLeft : frame.scrollTop;
    return Math.abs(at - Math.min(this.start, Math.max(0, end))) <= 1;
  }
}
