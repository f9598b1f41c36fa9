import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readManifestText } from '../../../../src/engine/dataset/manifest/manifest-text.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const TEXT = 'path,label\nä.png,Ü\n';
const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test.each([
  ['UTF-8', Buffer.from(TEXT), TEXT],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`), TEXT],
  ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), TEXT],
  ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), TEXT],
  ['UTF-16 of the other order', bigEndian(`\ufeff${TEXT}`), TEXT],
  ['UTF-16 of the other order, without a mark', bigEndian(TEXT), TEXT],
  ['nothing', Buffer.alloc(0), ''],
])('a manifest in %s is read', async (name, content, text) => {
  const file = path.join(folder, `${name}.csv`);
  writeFileSync(file, content);
  expect(await readManifestText(file, name)).toEqual({ text, problem: null });
});

test('another encoding is said', async () => {
  const file = path.join(folder, 'latin.csv');
  writeFileSync(file, Buffer.from(TEXT, 'latin1'));
  const { problem } = await readManifestText(file, 'latin.csv');
  expect(problem).toContain('latin.csv is not UTF-8');
});
