import { expect, it } from 'vitest';
import { ZOOM, zoomedByKey, zoomOf } from '../../../../src/renderer/state/thumbnail-zoom.ts';

it.each([
  [undefined, ZOOM.usual],
  [100, 100],
  [1, ZOOM.least],
  [9999, ZOOM.most],
])('thumbnails that were remembered %s wide are %s wide', (remembered, width) => {
  expect(zoomOf(remembered)).toBe(width);
});

it('grows and shrinks by keys, to an end either way', () => {
  let width: number = ZOOM.usual;
  const widths = new Set<number>();
  for (let presses = 0; presses < 20; presses += 1) widths.add((width = zoomedByKey('+', width) ?? 0));
  expect([width, widths.size]).toEqual([ZOOM.most, 5]);
  for (let presses = 0; presses < 20; presses += 1) width = zoomedByKey('-', width) ?? 0;
  expect(width).toBe(ZOOM.least);
  expect(zoomedByKey('a', width)).toBeNull();
});
