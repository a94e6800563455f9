/** Which cell of a result is looked at: previewed by pointing, locked by a click, or proposed by the page. */

import { isHeadSite } from '../experiment/defaults';
import { type Direction, DIRECTIONS, type Site, SITES } from '../experiment/experiment';

/** −1 for a head or a position that the site does not tell apart. */
export interface CellPlace {
  site: Site;
  direction: Direction;
  layer: number;
  head: number;
  position: number;
}

export const samePlace = (a: CellPlace | undefined, b: CellPlace | undefined): boolean =>
  placeKey(a) === placeKey(b);

const part = (index: number) => (index < 0 ? '' : String(index));

/** "resid_post,denoising,1,,9", as links have it; empty for none. */
export function placeKey(place: CellPlace | undefined): string {
  if (!place) return '';
  const { site, direction, layer, head, position } = place;
  return [site, direction, part(layer), part(head), part(position)].join(',');
}

/** The place that a link names; undefined where it is none. */
export function placeFromKey(key: string): CellPlace | undefined {
  const [siteName, directionName, ...indices] = key.split(',');
  const site = SITES.find((name) => name === siteName);
  const direction = DIRECTIONS.find((name) => name === directionName);
  if (!site || !direction || indices.length !== 3) return undefined;
  if (!indices.every((text) => /^\d{0,9}$/.test(text))) return undefined;
  const [layer = -1, head = -1, position = -1] = indices.map((text) =>
    text === '' ? -1 : Number(text),
  );
  return layer < 0 ? undefined : { site, direction, layer, head, position };
}

export class Selection {
  /** Pointed at. */
  hovered = $state.raw<CellPlace>();
  /** Chosen by a click, until it is freed. */
  locked = $state.raw<CellPlace>();
  /** Of the locked cell's layer, whose attention is looked at; none is the one that moves it most. */
  head = $state<number>();
  /** Where the locked cell was reached from, the first one first. */
  trail = $state.raw<readonly CellPlace[]>([]);

  /** What is to be shown where neither is there: the strongest cell, say. */
  shown(proposed: CellPlace | undefined): CellPlace | undefined {
    return this.hovered ?? this.locked ?? proposed;
  }

  /** The locked cell with the head that is looked at, as links have them; empty for none. */
  get key(): string {
    const { locked, head = -1 } = this;
    return placeKey(locked && (isHeadSite(locked.site) ? locked : { ...locked, head }));
  }

  lock(place: CellPlace): void {
    this.goTo(place);
    this.trail = [];
  }

  /** Of a site of heads it is another cell, of any other one what is looked at there. */
  chooseHead(place: CellPlace, head: number): void {
    if (isHeadSite(place.site)) {
      this.lock({ ...place, head });
      return;
    }
    if (!samePlace(this.locked, place)) this.lock(place);
    this.head = head;
  }

  /** Goes on from a place to one that it was read from. */
  follow(from: CellPlace, to: CellPlace): void {
    this.trail = [...this.trail, from];
    this.goTo(to);
  }

  /** Back to a place of the trail. */
  returnTo(index: number): void {
    const place = this.trail[index];
    if (!place) return;
    this.trail = this.trail.slice(0, index);
    this.goTo(place);
  }

  /** As a link names it, or where the browser goes back: the way there stays what it was. */
  returnToPlace(named: CellPlace): void {
    const place = isHeadSite(named.site) ? named : { ...named, head: -1 };
    const index = this.trail.findIndex((other) => samePlace(other, place));
    if (index >= 0) this.returnTo(index);
    else if (!samePlace(this.locked, place)) this.lock(place);
    this.head = named.head >= 0 && place.head < 0 ? named.head : undefined;
  }

  /** The cells stay with their words, before which there are so many tokens more. */
  moveBy(positions: number): void {
    const moved = (place: CellPlace): CellPlace[] => {
      if (place.position < 0) return [place];
      const position = place.position + positions;
      return position < 0 ? [] : [{ ...place, position }];
    };
    this.hovered = undefined;
    this.trail = this.trail.flatMap(moved);
    const [locked] = this.locked ? moved(this.locked) : [];
    if (locked) this.locked = locked;
    else this.free();
  }

  free(): void {
    this.locked = undefined;
    this.head = undefined;
    this.trail = [];
  }

  /** A head stays chosen through the cells of its layer. */
  private goTo(place: CellPlace): void {
    if (place.layer !== this.locked?.layer) this.head = undefined;
    this.locked = place;
  }
}
