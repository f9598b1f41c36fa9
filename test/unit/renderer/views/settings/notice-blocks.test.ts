import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noticeBlocks } from '../../../../../src/renderer/views/settings/notice-blocks.ts';

test('takes headings, paragraphs and table rows apart, without the marks of Markdown', () => {
  const markdown = [
    '# Notices',
    '',
    'Under the [License](LICENSE),',
    'named `here`.',
    '| what | licence |',
    '| ---- | :-----: |',
    '| `one-*`, `two` | **MIT** |',
  ].join('\n');
  expect(noticeBlocks(markdown)).toEqual([
    { kind: 'heading', text: 'Notices' },
    { kind: 'text', text: 'Under the License, named here.' },
    { kind: 'row', cells: ['what', 'licence'] },
    { kind: 'row', cells: ['one-*, two', 'MIT'] },
  ]);
});

test('leaves nothing out of the real page', () => {
  const page = readFileSync('THIRD-PARTY-NOTICES.md', 'utf8');
  const shown = noticeBlocks(page)
    .map((block) => (block.kind === 'row' ? block.cells.join(' ') : block.text))
    .join(' ');
  const words = (text: string): string[] => text.match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const written = words(page.replace(/\]\([^)]*\)/g, ']'));
  expect(words(shown)).toEqual(written);
});
