import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ANY_SETTING, render } from '../../../scripts/sample/canvas/render.ts';
import { SOURCE_TASK, SAMPLE_TASK } from '../../../scripts/sample/tasks.ts';

const SIZE = 48;
const hash = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

const cases = [SOURCE_TASK, SAMPLE_TASK].flatMap(({ drawers, setting }) =>
  drawers.map((drawer) => ({ name: drawer.name, drawer, setting })),
);

describe('a drawer', () => {
  it.each(cases)('draws $name the same for the same seed and anew for another', async ({ drawer, setting }) => {
    const first = await render(drawer, 'one', SIZE, setting);
    expect(hash(await render(drawer, 'one', SIZE, setting))).toBe(hash(first));
    expect(hash(await render(drawer, 'two', SIZE, setting))).not.toBe(hash(first));
  });

  it.each(cases)('fills the picture of $name with more than one tone', async ({ drawer, setting }) => {
    const pixels = await render(drawer, 'tones', SIZE, setting);
    expect(pixels).toHaveLength(SIZE * SIZE * 3);
    const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
    const variance = pixels.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / pixels.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(5);
  });
});

describe('the source task', () => {
  it('has at least 16 classes, none of them named as one of the target', () => {
    const source = SOURCE_TASK.drawers.map(({ name }) => name);
    expect(new Set(source).size).toBe(source.length);
    expect(source.length).toBeGreaterThanOrEqual(16);
    for (const { name } of SAMPLE_TASK.drawers) expect(source).not.toContain(name);
  });

  it('gives no class away by its mean colour', async () => {
    const pictures = 12;
    const means = await Promise.all(
      SOURCE_TASK.drawers.map(async (drawer) => {
        const sums = [0, 0, 0];
        for (let picture = 0; picture < pictures; picture++) {
          const pixels = await render(drawer, `colour/${picture}`, 24, ANY_SETTING);
          pixels.forEach((byte, index) => (sums[index % 3] = (sums[index % 3] ?? 0) + byte));
        }
        return sums.map((sum) => sum / (pictures * 24 * 24));
      }),
    );
    // One class' pictures scatter by some 45 levels; the classes' means lie much closer together.
    for (const channel of [0, 1, 2]) {
      const values = means.map((mean) => mean[channel] ?? 0);
      const center = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
      expect(spread).toBeLessThan(25);
    }
  });
});
