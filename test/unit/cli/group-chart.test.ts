import { beforeEach, describe, expect, it, vi } from 'vitest';
import { groupChart, groupTable } from '../../../src/cli/output/group-chart.ts';
import type { GroupResults } from '../../../src/shared/contract/group-results.ts';

const point = { name: 'a run', status: 'finished' as const, seconds: 12 };
const RESULTS: GroupResults = {
  group: { id: '20261126-221000-abcd', name: 'a group' },
  axis: 'strategy',
  categories: ['features', 'scratch'],
  points: [
    { ...point, runId: 'a', category: 'features', seed: 1, valAccuracy: 0.8 },
    { ...point, runId: 'b', category: 'features', seed: 2, valAccuracy: 1 },
    { ...point, runId: 'c', category: 'scratch', seed: 1, valAccuracy: 0.5 },
    { ...point, runId: 'd', category: 'scratch', seed: 2, valAccuracy: null },
  ],
};

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
  return () => vi.unstubAllEnvs();
});

describe('a group in a terminal', () => {
  it('is a table of means, least and greatest', () => {
    expect(groupTable(RESULTS)).toEqual([
      'strategy         mean   least  greatest  runs    time',
      'only the head  0.9000  0.8000    1.0000     2  12.0 s',
      'from scratch   0.5000  0.5000    0.5000     1  12.0 s',
    ]);
  });

  it('is a chart with a point for each run and their mean, the greatest at the right end', () => {
    const [head = '', scratch = '', , scale = ''] = groupChart(RESULTS, process.stdout);
    const cells = (line: string): string => line.slice(line.indexOf('│') + 1, line.lastIndexOf('│'));
    expect(cells(head)).toHaveLength(41);
    expect([cells(head).indexOf('·'), cells(head).indexOf('●'), cells(head).lastIndexOf('·')]).toEqual([24, 32, 40]);
    expect(cells(scratch).indexOf('●')).toBe(0);
    expect(scale.trim()).toMatch(/^0\.50 +1\.00$/);
  });

  it('is no chart before a run has come to anything', () => {
    expect(groupChart({ ...RESULTS, points: [] }, process.stdout)).toEqual([]);
  });
});
