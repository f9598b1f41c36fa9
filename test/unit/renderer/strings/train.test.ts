import { expect, test } from 'vitest';
import { strings } from '../../../../src/renderer/strings/index.ts';

test.each([
  { ratio: 139.38, words: '×139' },
  { ratio: 3, words: '×3' },
  { ratio: 2.5, words: '+150 %' },
  { ratio: 1.07, words: '+7 %' },
  { ratio: 0.93, words: '−7 %' },
  { ratio: 0.25, words: '÷4' },
  { ratio: 1 / 1234.2, words: '÷1,234' },
])('tells a cost of $ratio times the one before as $words', ({ ratio, words }) => {
  expect(strings.train.cost.change(ratio)).toBe(words);
});
