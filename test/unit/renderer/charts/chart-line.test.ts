import { describe, expect, it } from 'vitest';
import { drawnLine, type ChartLine } from '../../../../src/renderer/charts/chart-line.ts';
import { chartSummary } from '../../../../src/renderer/charts/summary.ts';

const steps = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
const line = (length: number, role: ChartLine['role'] = 'train'): ChartLine => ({
  key: 'loss',
  label: 'train',
  role,
  x: steps(length),
  y: steps(length).map((step) => 100 - step),
});

describe('what is drawn of a line', () => {
  it('is no more than there are pixels for, however long the run', () => {
    const { raw, main } = drawnLine(line(100_000), 0.9, null, 600);
    expect(raw?.x.length).toBeLessThanOrEqual(600);
    expect(main.x.length).toBeLessThanOrEqual(600);
  });

  it('is the values alone where nothing is smoothed', () => {
    const { raw, main } = drawnLine(line(5), 0, null, 600);
    expect(raw).toBeNull();
    expect(main.y).toEqual([99, 98, 97, 96, 95]);
  });

  it('is what is zoomed to, with a point beyond each end so that the line leaves the frame', () => {
    expect(drawnLine(line(100), 0, { from: 10, to: 12 }, 600).main.x).toEqual([9, 10, 11, 12]);
  });

  it('is smoothed over the whole run, whatever is zoomed to', () => {
    const whole = drawnLine(line(100), 0.8, null, 600).main;
    const closer = drawnLine(line(100), 0.8, { from: 50, to: 52 }, 600).main;
    expect(closer.y[closer.x.indexOf(51)]).toBe(whole.y[whole.x.indexOf(51)]);
  });

  it('marks validation by shape too, and a lone point of any line', () => {
    expect(drawnLine(line(1), 0, null, 600).marks.x).toEqual([1]);
    expect(drawnLine(line(9), 0, null, 600).marks.x).toEqual([]);
    const { marks } = drawnLine(line(500, 'validation'), 0, null, 600);
    expect(marks.x.length).toBeGreaterThan(10);
    expect(marks.x.length).toBeLessThanOrEqual(24);
    expect(marks.x.at(-1)).toBe(500);
  });
});

describe('a chart in words', () => {
  it('tells ends and extremes of each line that has values', () => {
    const told = chartSummary('Loss', [{ ...line(3), y: [2, NaN, 1] }], String);
    expect(told).toBe('Loss. train: from 2 to 1, lowest 1, highest 2, 2 points.');
  });

  it('says that there are none yet', () => {
    expect(chartSummary('Loss', [line(0)], String)).toBe('Loss: no values yet.');
  });
});
