import { expect, it } from 'vitest';
import { cacheLimits } from '../../../../../src/renderer/views/settings/cache-limits.ts';

it.each([8e9, 8 * 2 ** 30, 1e12, 2 ** 20])('offers rising limits with %i, which holds, among them once', (current) => {
  const limits = cacheLimits(current);
  expect(limits.filter((limit) => limit === current)).toHaveLength(1);
  expect(limits).toEqual([...limits].sort((left, right) => left - right));
  expect(limits.length).toBeGreaterThan(5);
});
