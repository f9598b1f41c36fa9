import { describe, expect, it } from 'vitest';
import { ColumnTypes } from '../../../../../../src/renderer/views/runs/table/column-types.ts';
import {
  labelOf,
  offeredKeys,
  shownColumns,
  USUAL_COLUMNS,
  usualWidth,
} from '../../../../../../src/renderer/views/runs/table/columns.ts';
import { groupName } from '../../../../../../src/renderer/views/runs/table/group-name.ts';
import { moment } from '../../../../../../src/renderer/strings/moment.ts';
import type { RunColumn } from '../../../../../../src/shared/contract/run-query.ts';

const keys: RunColumn[] = [
  { key: 'network', type: 'text', of: 'run' },
  { key: 'starred', type: 'boolean', of: 'run' },
  { key: 'created', type: 'time', of: 'run' },
  { key: 'duration', type: 'duration', of: 'run' },
  { key: 'peak_memory', type: 'number', of: 'run' },
  { key: 'seed', type: 'number', of: 'plan' },
  { key: 'val_accuracy', type: 'number', of: 'metric' },
  { key: 'val_loss', type: 'number', of: 'metric' },
];
const types = new ColumnTypes(keys);

describe('the columns of the table of runs', () => {
  it('are the usual ones until others are chosen, the name always and first', () => {
    expect(shownColumns(null)).toBe(USUAL_COLUMNS);
    expect(shownColumns([])).toBe(USUAL_COLUMNS);
    const seed = { key: 'seed', width: 70 };
    expect(shownColumns([seed])).toEqual([{ key: 'name', width: usualWidth('name') }, seed]);
    expect(shownColumns([seed, { key: 'name', width: 300 }])).toEqual([{ key: 'name', width: 300 }, seed]);
  });

  it('are offered with each way of a metric, and what is shown though the log no longer has it', () => {
    const offered = offeredKeys(keys, [{ key: 'gone', width: 90 }]);
    expect(offered).toContain('last(val_loss)');
    expect(offered).toContain('gone');
    expect(offered).not.toContain('last(seed)');
    expect(offered).not.toContain('name');
    expect(new Set(offered).size).toBe(offered.length);
  });

  it.each([
    ['network', 'resnet50', 'resnet50'],
    ['starred', 1, 'yes'],
    ['starred', 0, 'no'],
    ['duration', 69, '1 min 9 s'],
    ['peak_memory', 1_900_000_000, '1.9 GB'],
    ['seed', 12_345, '12345'],
    ['max(val_accuracy)', 0.912, '91.2 %'],
    ['last(val_loss)', 0.27134, '0.2713'],
    ['unheard', 21_802_784, '21,802,784'],
    ['val_loss', null, ''],
    ['created', 1_764_000_000_000, moment(1_764_000_000_000)],
  ] as const)('show of %s the value %j as %j', (key, value, text) => {
    expect(types.format(key, value)).toBe(text);
  });

  it('put figures at the right and begin with the greatest, words with the first', () => {
    const figures = keys.map(({ key }) => key).filter((key) => types.isFigure(key));
    expect(figures).toEqual(['created', 'duration', 'peak_memory', 'seed', 'val_accuracy', 'val_loss']);
    expect(types.isFigure('min(val_loss)')).toBe(true);
    expect(types.isFigure('sparkline')).toBe(false);
    expect(['network', 'starred', 'seed'].map((key) => types.startsDescending(key))).toEqual([false, true, true]);
    expect([labelOf('val_accuracy'), labelOf('optimizer.learningRate')]).toEqual([
      'Val. accuracy',
      'optimizer.learningRate',
    ]);
  });
});

it.each([
  ['status', 'interrupted', 'Interrupted'],
  ['strategy', 'finetune', 'Fine-tune'],
  ['dataset', '/photos/of/bees', 'bees'],
  ['seed', 7, '7'],
  ['tag', null, 'no tags'],
])('calls the group of %s %j %j', (by, value, name) => {
  expect(groupName(by, { value }, types)).toBe(name);
});
