/** Bytes of a text file to text; what is no UTF-8 would become other characters in silence. */

/** A byte-order mark is left out. Throws with what the bytes begin with. */
export function decodeText(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const start = [
      ...new Uint8Array(bytes instanceof Uint8Array ? bytes.slice(0, 4) : bytes.slice(0, 4)),
    ]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
    throw new Error(
      `${label}: is no text in UTF-8 (it begins with the bytes ${start}), expected UTF-8`,
    );
  }
}
