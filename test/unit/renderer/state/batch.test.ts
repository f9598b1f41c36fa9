import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batch } from '../../../../src/renderer/state/batch.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a batch of what a run tells', () => {
  it('hands over at most ten times a second, everything and in order', () => {
    const applied: number[][] = [];
    const batch = new Batch<number>(100, (items) => void applied.push([...items]));
    for (let told = 0; told < 200; told++) {
      batch.push([told]);
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(100);
    expect(applied.flat()).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(applied.length).toBeLessThanOrEqual(11);
    expect(applied.length).toBeGreaterThanOrEqual(9);
  });

  it('hands over the first at once, so that a lone event does not wait', () => {
    const apply = vi.fn();
    new Batch<number>(100, apply).push([1]);
    vi.advanceTimersByTime(1);
    expect(apply).toHaveBeenCalledExactlyOnceWith([1]);
  });

  it('forgets what waits when it is cleared', () => {
    const apply = vi.fn();
    const batch = new Batch<number>(100, apply);
    batch.push([1]);
    batch.clear();
    vi.advanceTimersByTime(1000);
    expect(apply).not.toHaveBeenCalled();
  });
});
