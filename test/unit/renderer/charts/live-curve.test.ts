import { describe, expect, it } from 'vitest';
import { LiveCurve, MAX_POINTS } from '../../../../src/renderer/charts/live-curve.ts';

describe('a curve that grows live', () => {
  it('stays bounded however long a run is, and keeps both ends and its spike', () => {
    const curve = new LiveCurve();
    for (let step = 1; step <= 50_000; step++) curve.push(step, step === 777 ? 99 : 1);
    expect(curve.x.length).toBeLessThanOrEqual(MAX_POINTS);
    expect(curve.x.length).toBeGreaterThan(MAX_POINTS / 4);
    expect(curve.x[0]).toBe(1);
    expect(curve.x.at(-1)).toBe(50_000);
    expect(curve.y[curve.x.indexOf(777)]).toBe(99);
  });

  it('forgets what lies ahead when a run goes on from an earlier checkpoint', () => {
    const curve = new LiveCurve();
    for (const step of [1, 2, 3, 4]) curve.push(step, step);
    curve.push(3, 30);
    expect(curve.x).toEqual([1, 2, 3]);
    expect(curve.y).toEqual([1, 2, 30]);
  });

  it('takes what the log has in place of all it had, and grows on from there', () => {
    const curve = new LiveCurve();
    curve.push(1, 1);
    curve.replace({ x: Float64Array.of(1, 5, 9), y: Float64Array.of(2, 3, 4) });
    curve.push(10, 5);
    expect(curve.x).toEqual([1, 5, 9, 10]);
    expect(curve.y).toEqual([2, 3, 4, 5]);
  });
});
