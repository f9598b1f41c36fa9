import { expect, test } from 'vitest';
import { fileKind, formatProblem } from '../../../src/engine/dataset/image-format.ts';
import { patternImage } from '../../support/pattern-image.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test.each(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const)('recognises %s by its bytes', async (format) => {
  const bytes = await patternImage(20, 20).toFormat(format).toBuffer();
  const kind = fileKind(bytes);
  expect(kind.kind === 'image' && kind.format.toLowerCase()).toBe(format);
});

test('recognises BMP by its bytes', () => {
  const head = 'BM\x36\x30\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x20\0\0\0';
  expect(fileKind(latin1(head))).toEqual({ kind: 'image', format: 'BMP' });
});

test.each([
  ['Photoshop', '8BPS\0\x01'],
  ['icon (ICO)', '\0\0\x01\0\x01\0'],
  ['JPEG 2000', '\0\0\0\fjP  \r\n'],
  ['JPEG XL', '\xff\x0a\x00'],
  ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['Netpbm', 'P6\n128 128\n255\n'],
  ['SVG', '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg">'],
])('names the %s format, which is not decoded', (format, head) => {
  const kind = fileKind(latin1(head));
  expect(kind).toEqual({ kind: 'unsupported', format });
  expect(formatProblem({ kind: 'unsupported', format })).toContain(`in the ${format} format`);
});

test.each([
  ['text', 'BMW and other cars'],
  ['a script', '#!/bin/sh\n'],
  ['nothing', ''],
  ['a page with a drawing in it', `<html>${' '.repeat(600)}<svg>`],
])('takes %s for no image', (_, head) => {
  expect(fileKind(latin1(head))).toEqual({ kind: 'other' });
  expect(formatProblem({ kind: 'other' })).toContain('no image');
});
