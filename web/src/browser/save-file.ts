/** Files that the page makes, and a picture's pixels. */

const LONGEST_NAME = 60;
// Windows keeps these for devices, whatever follows the point.
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** A name that every file system takes: letters, marks and digits of any script, and dashes. */
export function fileName(title: string, extension: string): string {
  const words = title.normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  const name = Array.from(words.replaceAll(/^-+/g, '').toLowerCase())
    .slice(0, LONGEST_NAME)
    .join('')
    .replaceAll(/-+$/g, '');
  const plain = RESERVED.test(name) ? `patchboard-${name}` : name;
  return `${plain === '' ? 'patchboard' : plain}.${extension}`;
}

/** Hands a file to the browser, which asks or puts it with the downloads. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}

export function saveText(name: string, type: string, text: string): void {
  saveFile(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** scale: pixels for each unit of the SVG. */
export async function pngOf(svg: string, scale = 2): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser gives no canvas to draw the picture on');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else
          reject(
            new Error(`the picture is too large for a PNG: ${canvas.width} × ${canvas.height}`),
          );
      }, 'image/png');
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
