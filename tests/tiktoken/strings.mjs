// Seeded strings that try every rule of GPT-2's splitting pattern.

const PLAIN = [
  'the',
  'student',
  'Michelle',
  'Jones',
  'Champions',
  'League',
  '2024',
  '3.14',
  'naïve',
];
const CONTRACTIONS = [
  "'s",
  "'t",
  "'re",
  "'ve",
  "'m",
  "'ll",
  "'d",
  "'S",
  "'LL",
  '’s',
  "''s",
  "'",
  "'x",
];
const SPACES = [
  ...' \t\n\r\v\f\u0085\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
  '  ',
  '   ',
  '\r\n',
  '\n\n',
  ' \n',
  '\n ',
  ' \t ',
  '\u00a0 ',
];
const NEARLY_SPACES = [...'\u180e\u200b\u200c\u200d\u2060\ufeff\u001c\u001d\u001e\u001f\u0000'];
const EMOJI = ['😀', '👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '1️⃣', '❤️', '🧑🏿‍🚀', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'];
const DIGITS = [...'٣۷०১๙፩Ⅷ½²①〇㊿𝟘𝟿𐒠🯰'];
const SCRIPTS = [
  'Ελλάδα',
  'Москва',
  'שלום',
  'مرحبا',
  'हिन्दी',
  'ไทย',
  '中文',
  'かな',
  '한국어',
  'ქართული',
  '𐐀𐐨',
  '𠀀𪜶',
];
const COMBINING = [
  'e\u0301',
  'n\u0303\u0323',
  'a\u0308\u0304',
  '\u0301',
  'q\u20dd',
  'ाि',
  '\u{1e8d0}',
];
const PUNCTUATION = [
  ...'.,;:!?()[]{}<>/\\|@#$%^&*-_=+~`"',
  '...',
  '--',
  '://',
  '<|endoftext|>',
  'Ġ',
  '€',
  '—',
];
const PLANES = 17;

/** mulberry32: a small seeded generator of numbers in [0, 1). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Any scalar value of any plane; the two planes with most characters come more often. */
function anyCodePoint(next) {
  const plane = next() < 0.5 ? 0 : next() < 0.5 ? 1 : Math.floor(next() * PLANES);
  const point = plane * 0x10000 + Math.floor(next() * 0x10000);
  return point >= 0xd800 && point <= 0xdfff ? '\ufffd' : String.fromCodePoint(point);
}

function piece(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const kinds = [
    PLAIN,
    CONTRACTIONS,
    SPACES,
    NEARLY_SPACES,
    EMOJI,
    DIGITS,
    SCRIPTS,
    COMBINING,
    PUNCTUATION,
  ];
  const kind = Math.floor(next() * (kinds.length + 3));
  if (kind < kinds.length) return pick(kinds[kind]);
  if (kind === kinds.length) return ' ';
  return anyCodePoint(next);
}

function mixture(next) {
  return Array.from({ length: 1 + Math.floor(next() * 12) }, () => piece(next)).join('');
}

function longWord(next) {
  const alphabet = 'etaoinshrdlu' + (next() < 0.3 ? 'éßжあ' : '');
  const length = 50 + Math.floor(next() * 400);
  return Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
}

/** Every code point of the planes that have characters, beside letters, digits, spaces and itself. */
export function* everyCodePoint() {
  for (let point = 0; point < 0xf0000; point++) {
    const plane = point >> 16;
    if ((point >= 0xd800 && point <= 0xdfff) || (plane > 3 && plane < 14)) continue;
    const c = String.fromCodePoint(point);
    yield `a${c}b 1${c}2  ${c}\t${c}${c}.${c}`;
  }
}

/** `count` different mixtures, and some very long words. */
export function* mixedStrings(count, seed) {
  const next = random(seed);
  for (let i = 0; i < count; i++) yield i % 500 === 0 ? longWord(next) : mixture(next);
}

/** Bytes that are often not UTF-8: valid text with bytes cut, doubled and changed. */
export function* damagedBytes(count, seed) {
  const next = random(seed);
  for (let i = 0; i < count; i++) {
    const bytes = [...Buffer.from(mixture(next))];
    for (let damage = 0; damage < 3; damage++) {
      const at = Math.floor(next() * bytes.length);
      const action = next();
      if (action < 0.4) bytes.splice(at, 1);
      else if (action < 0.8) bytes[at] = Math.floor(next() * 256);
      else bytes.splice(at, 0, 0xc0 + Math.floor(next() * 0x40));
    }
    yield Uint8Array.from(bytes);
  }
}
