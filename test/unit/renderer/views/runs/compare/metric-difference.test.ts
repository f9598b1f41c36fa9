import { expect, it } from 'vitest';
import { metricCells } from '../../../../../../src/renderer/views/runs/compare/metric-difference.ts';

it.each<[string, (number | null)[], 'higher' | 'lower' | null, string[]]>([
  ['higher is better', [0.5, 0.75, 0.25], 'higher', ['0.5', '0.75 +0.25 better best', '0.25 -0.25 worse']],
  ['lower is better', [2, 1, 3], 'lower', ['2', '1 -1 better best', '3 +1 worse']],
  ['neither is better', [1, 3], null, ['1', '3 +2']],
  ['all are the same', [1, 1], 'higher', ['1', '1']],
  ['the first is the best', [3, 1], 'higher', ['3 best', '1 -2 worse']],
  ['some are not known', [null, 2, 1], 'higher', ['-', '2 best', '1']],
  ['two share the best', [1, 2, 2], 'higher', ['1', '2 +1 better best', '2 +1 better best']],
])('values are held against the first: %s', (_, values, better, expected) => {
  const drawn = metricCells(values, better).map(({ value, difference, verdict, isBest }) =>
    [
      value === null ? '-' : String(value),
      ...(difference === null ? [] : [`${difference > 0 ? '+' : ''}${difference}`]),
      ...(verdict === null ? [] : [verdict]),
      ...(isBest ? ['best'] : []),
    ].join(' '),
  );
  expect(drawn).toEqual(expected);
});
