import { expect, it } from 'vitest';
import { fileNameOf, planeCsv } from '../../../../src/renderer/charts/plane-csv.ts';

it('a chart of shares becomes a table of its points, without the lines it is compared with', () => {
  const csv = planeCsv({
    xTitle: 'false positive rate',
    yTitle: 'true positive rate',
    lines: [
      {
        label: 'ROC, "fox"',
        role: 'train',
        points: [
          { x: 0, y: 0.25 },
          { x: 1, y: 1 },
        ],
      },
      { label: 'chance', role: 'muted', points: [{ x: 0, y: 0 }] },
    ],
    mark: null,
  });
  expect(csv).toBe('line,false positive rate,true positive rate\r\n"ROC, ""fox""",0,0.25\r\n"ROC, ""fox""",1,1\r\n');
});

it('a file is called what every system takes', () => {
  expect(fileNameOf('run-1', 'roc', 'a/b: größe')).toBe('run-1-roc-a-b-größe');
});
