import { expect, test } from 'vitest';
import { thumbnailSize } from '../../../../src/renderer/components/thumbnail-size.ts';

test.each([
  { box: 132, ratio: 1, size: 192 },
  { box: 132, ratio: 2, size: 384 },
  { box: 132, ratio: 3, size: 384 },
  { box: 88, ratio: 1, size: 128 },
  { box: 1, ratio: 1, size: 64 },
  { box: 4000, ratio: 2, size: 1024 },
])('asks for $size pixels for a box of $box at $ratio device pixels each', ({ box, ratio, size }) => {
  expect(thumbnailSize(box, ratio)).toBe(size);
});

test('gives a photo of 4:3 that fills the box a pixel for every device pixel', () => {
  for (let box = 64; box <= 380; box += 1) expect(thumbnailSize(box, 1.5) * 0.75).toBeGreaterThanOrEqual(box * 1.5);
});
