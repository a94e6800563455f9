/** Bytes of a text file to text; what is no UTF-8 would become other characters in silence. */

/** By its mark, or by the zero bytes of Latin letters. */
function isUtf16([first = 1, second = 1]: Uint8Array): boolean {
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first === 0) !== (second === 0);
}

const decode = (bytes: Uint8Array<ArrayBuffer>) =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** The first line that is not UTF-8, from 1. */
function brokenLine(bytes: Uint8Array<ArrayBuffer>): number {
  let line = 1;
  for (let begin = 0; begin < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, begin);
    const next = end < 0 ? bytes.length : end + 1;
    try {
      decode(bytes.subarray(begin, next));
    } catch {
      break; // this is the line that was looked for
    }
    begin = next;
  }
  return line;
}

/** A byte-order mark is left out. Throws with what the bytes begin with, and where they are wrong. */
export function decodeText(data: ArrayBuffer | Uint8Array<ArrayBuffer>, label: string): string {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (isUtf16(bytes)) throw new Error(`${label}: is UTF-16, expected UTF-8; save it as UTF-8`);
  try {
    return decode(bytes);
  } catch {
    const start = [...bytes.slice(0, 4)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
    throw new Error(
      `${label}: is no text in UTF-8 in line ${brokenLine(bytes)} (it begins with the bytes ${start}), expected UTF-8`,
    );
  }
}
