/** Which cell is looked at, and how a link names it. */

import { expect, test } from 'vitest';

import { DIRECTIONS, SITES } from '../../web/src/experiment/experiment';
import {
  type CellPlace,
  placeFromKey,
  placeKey,
  samePlace,
  Selection,
} from '../../web/src/state/selection.svelte';

const at = (layer: number, position: number): CellPlace => ({
  site: 'resid_post',
  direction: 'denoising',
  layer,
  head: -1,
  position,
});

test('a place is written as links have it, and read as the same', () => {
  expect(placeKey(at(1, 9))).toBe('resid_post,denoising,1,,9');
  expect(placeKey(undefined)).toBe('');
  for (const site of SITES) {
    for (const direction of DIRECTIONS) {
      for (const layer of [0, 47]) {
        for (const head of [-1, 0, 11]) {
          for (const position of [-1, 0, 1023]) {
            const place = { site, direction, layer, head, position };
            expect(placeFromKey(placeKey(place))).toEqual(place);
          }
        }
      }
    }
  }
});

test.each([
  '',
  'resid_post',
  'resid_post,denoising,1,',
  'resid_post,denoising,1,,9,',
  'resid_past,denoising,1,,9',
  'resid_post,both,1,,9',
  'resid_post,denoising,,,9',
  'resid_post,denoising,-1,,9',
  'resid_post,denoising,1,,9e1',
  'resid_post,denoising,1, ,9',
  'resid_post,denoising,1,,99999999999999999999',
])('"%s" names no cell', (key) => {
  expect(placeFromKey(key)).toBeUndefined();
});

test('places are the same where they name the same cell', () => {
  expect(samePlace(at(1, 2), at(1, 2))).toBe(true);
  expect(samePlace(at(1, 2), at(2, 1))).toBe(false);
  expect(samePlace(at(0, 0), undefined)).toBe(false);
  expect(samePlace(undefined, undefined)).toBe(true);
});

test('what is pointed at goes before what is locked, and that before what the page proposes', () => {
  const selection = new Selection();
  expect(selection.shown(undefined)).toBeUndefined();
  expect(selection.shown(at(0, 0))).toEqual(at(0, 0));
  selection.lock(at(1, 1));
  expect(selection.shown(at(0, 0))).toEqual(at(1, 1));
  selection.hovered = at(2, 2);
  expect(selection.shown(at(0, 0))).toEqual(at(2, 2));
  selection.free();
  selection.hovered = undefined;
  expect(selection.shown(at(0, 0))).toEqual(at(0, 0));
});

test('a trail leads back to each place that was gone through, and ends with another lock', () => {
  const selection = new Selection();
  selection.lock(at(3, 5));
  selection.follow(at(3, 5), at(2, 4));
  selection.follow(at(2, 4), at(1, 1));
  expect(selection.locked).toEqual(at(1, 1));
  expect(selection.trail).toEqual([at(3, 5), at(2, 4)]);
  selection.returnTo(7);
  expect(selection.locked).toEqual(at(1, 1));
  selection.returnTo(1);
  expect(selection.locked).toEqual(at(2, 4));
  expect(selection.trail).toEqual([at(3, 5)]);
  selection.follow(at(2, 4), at(1, 0));
  selection.lock(at(0, 0));
  expect(selection.trail).toEqual([]);
  selection.follow(at(0, 0), at(1, 0));
  selection.free();
  expect([selection.locked, selection.trail]).toEqual([undefined, []]);
});

test('where the browser goes back along the trail, the rest of it stays', () => {
  const selection = new Selection();
  selection.lock(at(3, 5));
  selection.follow(at(3, 5), at(2, 4));
  selection.follow(at(2, 4), at(1, 1));
  selection.returnToPlace(at(1, 1));
  expect(selection.trail).toHaveLength(2);
  selection.returnToPlace(at(2, 4));
  expect([selection.locked, selection.trail]).toEqual([at(2, 4), [at(3, 5)]]);
  selection.returnToPlace(at(0, 0));
  expect([selection.locked, selection.trail]).toEqual([at(0, 0), []]);
});

test('the head that is looked at goes with the cell, into the link and back', () => {
  const selection = new Selection();
  selection.chooseHead(at(1, 4), 2);
  expect([selection.locked, selection.head, selection.key]).toEqual([
    at(1, 4),
    2,
    'resid_post,denoising,1,2,4',
  ]);
  const other = new Selection();
  other.returnToPlace(placeFromKey(selection.key) ?? at(0, 0));
  expect([other.locked, other.head, other.key]).toEqual([at(1, 4), 2, selection.key]);
  // It stays in its layer, and is none of another one.
  selection.lock(at(1, 5));
  expect(selection.head).toBe(2);
  selection.follow(at(1, 5), at(0, 3));
  expect([selection.head, selection.key]).toEqual([undefined, 'resid_post,denoising,0,,3']);
  selection.free();
  expect(selection.key).toBe('');
});

test('going back from a head keeps the trail; of a site of heads it is another cell', () => {
  const selection = new Selection();
  selection.lock(at(3, 5));
  selection.follow(at(3, 5), at(2, 4));
  selection.chooseHead(at(2, 4), 1);
  expect(selection.trail).toEqual([at(3, 5)]);
  selection.returnToPlace(at(2, 4));
  expect([selection.head, selection.trail]).toEqual([undefined, [at(3, 5)]]);
  const head = { ...at(1, -1), site: 'z' as const, head: 0 };
  selection.chooseHead(head, 3);
  expect([selection.locked, selection.head]).toEqual([{ ...head, head: 3 }, undefined]);
  expect(selection.key).toBe('z,denoising,1,3,');
});
