import { expect, test } from 'vitest';

import { readManifest, newManifest } from '../../web/src/kept/manifest';
import {
  DigestCheck,
  digestInConfig,
  digestInPointer,
  pointerAddress,
} from '../../web/src/weights/digest';

const FILE = 'model.safetensors';

test('a checksum is found where somebody gives it', () => {
  const hex = 'ab'.repeat(32);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${hex}\nsize 548105171\n`;
  expect(digestInPointer(pointer)).toEqual({ algorithm: 'sha256', hex });
  expect(digestInPointer('<html>')).toBeUndefined();
  expect(pointerAddress('https://huggingface.co/openai-community/gpt2/resolve/main/', FILE)).toBe(
    'https://huggingface.co/openai-community/gpt2/raw/main/model.safetensors',
  );
  expect(pointerAddress('https://example.org/gpt2/', FILE)).toBeUndefined();
  const config = '{"patchboard": {"xxh64": {"model.safetensors": "0011"}}}';
  expect(digestInConfig(config, FILE)).toEqual({ algorithm: 'xxh64', hex: '0011' });
  expect(digestInConfig('{}', FILE)).toBeUndefined();
  expect(digestInConfig('no JSON', FILE)).toBeUndefined();
});

test('a checksum goes on at a later visit, from where it was', async () => {
  const bytes = new Uint8Array(1000).map((_, index) => index % 251);
  // As `sha256sum` gives it.
  const { createHash } = await import('node:crypto');
  const hex = createHash('sha256').update(bytes).digest('hex');
  const first = await DigestCheck.create({ algorithm: 'sha256', hex });
  first.update(0, bytes.subarray(0, 700));
  const later = await DigestCheck.create({ algorithm: 'sha256', hex });
  later.load(first.save());
  later.update(600, bytes.subarray(600)); // overlaps
  later.check('a file');
  later.restart();
  later.update(0, bytes.subarray(1));
  expect(() => {
    later.check('a file');
  }).toThrow(`expected ${hex}`);
});

test('only manifests of this version are read', () => {
  const manifest = newManifest('https://example.org/gpt2/', 'gpt2', 'f16');
  expect(readManifest(JSON.stringify(manifest))).toEqual(manifest);
  expect(readManifest(JSON.stringify({ ...manifest, format: 2 }))).toBeUndefined();
  expect(readManifest('{')).toBeUndefined();
  expect(readManifest('null')).toBeUndefined();
});
