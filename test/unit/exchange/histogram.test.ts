import fc from 'fast-check';
import { expect, it } from 'vitest';
import { histogramOf } from '../../../src/engine/exchange/tensorboard/histogram.ts';

it('counts every number once, in buckets that rise from the least to the greatest', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 500 }), (values) => {
      const numbers = [...values].filter(Number.isFinite);
      const { num, min, max, bucket, bucketLimit } = histogramOf(values);
      expect(num).toBe(numbers.length);
      expect(bucket.reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
      expect(bucketLimit).toHaveLength(bucket.length);
      expect(bucketLimit).toEqual([...bucketLimit].sort((left, right) => left - right));
      if (numbers.length > 0) {
        expect(min).toBe(Math.min(...numbers));
        expect(max).toBe(Math.max(...numbers));
        expect(bucketLimit.at(-1)).toBe(max);
      }
    }),
  );
});
