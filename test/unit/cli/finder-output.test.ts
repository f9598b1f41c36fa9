import { describe, expect, it } from 'vitest';
import type { BatchSearch, NextBlock, RateSearch } from '../../../src/shared/contract/finders.ts';
import { batchLines } from '../../../src/cli/commands/find-batch-size.ts';
import { rateLines } from '../../../src/cli/commands/find-rate.ts';
import { nextBlockLines } from '../../../src/cli/commands/next-block.ts';
import { rateChart } from '../../../src/cli/output/rate-chart.ts';

const POINTS = Array.from({ length: 40 }, (_, index) => {
  const exponent = -5 + index / 8;
  const loss = 1 + Math.abs(exponent + 2) / 4;
  return { rate: 10 ** exponent, loss, smoothed: loss };
});
const RATES: RateSearch = {
  points: POINTS,
  end: 'rates',
  ended: 'All rates were tried.',
  suggestions: [{ rule: 'valley', rate: 0.001, why: 'The middle.' }],
  doubt: null,
  optimizer: { kind: 'sgd', learningRate: 0.005, momentum: 0.9, nesterov: false },
  warnings: [],
};

describe('the chart of a search for a rate', () => {
  it('draws the curve over powers of ten, with the suggestion at its rate', () => {
    const lines = rateChart(RATES);
    const axis = lines.at(-1) ?? '';
    const drawn = lines.slice(0, -1);
    expect(axis.trim().split(/ +/)).toEqual(['1e-5', '1e-4', '1e-3', '1e-2', '1e-1']);
    expect(new Set(drawn.flatMap((line) => [line.indexOf('|')]).filter((at) => at >= 0))).toEqual(
      new Set([axis.indexOf('1e-3')]),
    );
    // Its lowest point stands at a rate of 0.01.
    expect(drawn.at(-1)?.indexOf('*')).toBeCloseTo(axis.indexOf('1e-2'), -1);
    expect([drawn[0], drawn.at(-1)].map((line) => Number(line?.trim().split(' ')[0]))).toEqual([1.75, 1]);
  });

  it('is empty where there is no curve', () => {
    expect(rateChart({ points: POINTS.slice(0, 1), suggestions: [] })).toEqual([]);
  });
});

describe('what the searches tell people', () => {
  it('names the rate to take, or the reason why there is none', () => {
    expect(rateLines(RATES).join('\n')).toContain('--lr 0.001; without it sgd takes 0.005');
    const none = rateLines({ ...RATES, suggestions: [], doubt: 'It did not fall.' }).join('\n');
    expect(none).toContain('It did not fall.');
    expect(none).not.toContain('--lr');
  });

  it('marks the batch size to take', () => {
    const size = { imagesPerSecond: 40.06, stepSeconds: 0.1, estimatedBytes: 2 ** 30, residentBytes: 2 ** 20 };
    const found: BatchSearch = {
      sizes: [
        { batchSize: 4, ...size },
        { batchSize: 8, ...size },
      ],
      end: 'limit',
      ended: 'It was the last.',
      suggestion: { batchSize: 4, why: 'It is as fast.' },
      freeBytes: 2 ** 31,
      warnings: [],
    };
    const lines = batchLines(found);
    expect(lines.filter((line) => line.endsWith('<'))).toEqual([
      expect.stringMatching(/^ +4 +40\.1 +100 ms +1\.0 GiB/),
    ]);
    expect(lines.at(-1)).toBe('Next: --batch 4. It is as fast.');
  });

  it('shows blocks from the output down, and the command that thaws the next', () => {
    const block = {
      trained: 'none',
      parameters: 1200,
      gradientNorm: 2,
      weightNorm: 4,
      relative: 0.5,
      drift: null,
    } as const;
    const found: NextBlock = {
      runId: 'a',
      step: 9,
      images: 64,
      loss: 0.5,
      blocks: [
        { ...block, block: 'stem' },
        { ...block, block: 'body' },
      ],
      ranking: ['stem', 'body'],
      suggestion: { kind: 'thaw', block: 'body', rules: [], words: 'Thaw it.' },
    };
    const lines = nextBlockLines(found, 'a@9');
    expect(lines.slice(1, 3).map((line) => line.trim().split(' ')[0])).toEqual(['body', 'stem']);
    expect(lines.at(-1)).toBe("Next: thaw runs branch a@9 --thaw 'body'");
    const trainOn = { ...found, suggestion: { ...found.suggestion, kind: 'trainOn', words: 'Not yet.' } } as NextBlock;
    expect(nextBlockLines(trainOn, 'a@9').at(-1)).toBe('Not yet.');
  });
});
