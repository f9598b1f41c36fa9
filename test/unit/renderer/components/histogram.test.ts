import { expect, it } from 'vitest';
import { histogramPath } from '../../../../src/renderer/components/histogram.ts';

it('draws a bar for each bin that holds something, the highest as high as the box', () => {
  expect(histogramPath(new Uint32Array([2, 0, 1]), 30, 10)).toBe('M0.00 10V0.00H10.00V10ZM20.00 10V5.00H30.00V10Z');
});

it('keeps one value among a million in sight', () => {
  expect(histogramPath(new Uint32Array([1_000_000, 1]), 2, 40)).toContain('V39.00');
});

it('draws nothing of nothing', () => {
  expect(histogramPath(new Uint32Array(8), 30, 10)).toBe('');
});
