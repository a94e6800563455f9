import { expect, test } from 'vitest';

import { decodeText } from '../../web/src/weights/decode';

const bytes = (...values: (string | number)[]) =>
  new Uint8Array(
    values.flatMap((value) =>
      typeof value === 'string' ? [...new TextEncoder().encode(value)] : [value],
    ),
  );

test('UTF-8 is read, and its byte order mark left out', () => {
  expect(decodeText(bytes('clean,é\n😀'), 'pairs.csv')).toBe('clean,é\n😀');
  expect(decodeText(bytes(0xef, 0xbb, 0xbf, 'a'), 'pairs.csv')).toBe('a');
  expect(decodeText(new ArrayBuffer(), 'pairs.csv')).toBe('');
});

test('Latin-1 is refused with its line, not read with replacement characters', () => {
  expect(() => decodeText(bytes('a\nb\ncaf', 0xe9, '\n'), 'pairs.csv')).toThrow(
    'pairs.csv: is no text in UTF-8 in line 3 (it begins with the bytes 61 0a 62 0a), expected UTF-8',
  );
});

test.each([
  [0xff, 0xfe, 0x61, 0],
  [0xfe, 0xff, 0, 0x61],
  [0x61, 0, 0x62, 0],
])('UTF-16 is refused by its name: %i %i %i %i', (...values) => {
  expect(() => decodeText(bytes(...values), 'config.json')).toThrow(
    'config.json: is UTF-16, expected UTF-8',
  );
});
