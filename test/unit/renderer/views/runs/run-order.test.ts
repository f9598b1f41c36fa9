import { describe, expect, it } from 'vitest';
import {
  filterRuns,
  NEWEST_FIRST,
  secondsTaken,
  sortRuns,
  type SortOrder,
} from '../../../../../src/renderer/views/runs/run-order.ts';
import { datasetName } from '../../../../../src/renderer/views/runs/dataset-name.ts';
import type { RunSummary } from '../../../../../src/shared/contract/run.ts';

const run = (runId: string, about: Partial<RunSummary> = {}): RunSummary => ({
  runId,
  name: runId,
  status: 'finished',
  createdAt: 1_000,
  endedAt: 2_000,
  network: 'resnet50',
  strategy: 'features',
  dataset: 'bees',
  epochs: 10,
  epochsDone: 10,
  bestValAccuracy: 0.5,
  ...about,
});
const ids = (runs: readonly RunSummary[]): string[] => runs.map(({ runId }) => runId);

describe('the order of runs', () => {
  const runs = [
    run('run 2', { createdAt: 2, endedAt: 1_002, bestValAccuracy: 0.9, dataset: 'Ömer' }),
    run('run 10', { createdAt: 3, endedAt: null, bestValAccuracy: null, dataset: 'ants' }),
    run('run 1', { createdAt: 1, endedAt: 9_001, bestValAccuracy: 0.7, dataset: 'Zebra' }),
  ];
  const orders: readonly [SortOrder, string[]][] = [
    [NEWEST_FIRST, ['run 10', 'run 2', 'run 1']],
    [{ key: 'name', descending: false }, ['run 1', 'run 2', 'run 10']],
    [{ key: 'dataset', descending: false }, ['run 10', 'run 2', 'run 1']],
    [{ key: 'bestValAccuracy', descending: true }, ['run 2', 'run 1', 'run 10']],
    [{ key: 'bestValAccuracy', descending: false }, ['run 1', 'run 2', 'run 10']],
    [{ key: 'seconds', descending: true }, ['run 1', 'run 2', 'run 10']],
  ];
  it.each(orders)('by %j puts what is not known last', (order, expected) => {
    expect(ids(sortRuns(runs, order))).toEqual(expected);
  });

  it('is the newest first among equals', () => {
    const same = [run('old', { createdAt: 1 }), run('new', { createdAt: 2 })];
    expect(ids(sortRuns(same, { key: 'status', descending: false }))).toEqual(['new', 'old']);
  });

  it('leaves the list that it was given as it was', () => {
    const before = ids(runs);
    sortRuns(runs, NEWEST_FIRST);
    expect(ids(runs)).toEqual(before);
  });
});

describe('the filter of runs', () => {
  const runs = [
    run('a', { name: 'First try', dataset: '蜜蜂', network: 'mobilenet_v1_1.0_224' }),
    run('b', { name: 'second', strategy: 'finetune', status: 'interrupted' }),
  ];
  it.each([
    ['', ['a', 'b']],
    ['  ', ['a', 'b']],
    ['FIRST', ['a']],
    ['蜜蜂', ['a']],
    ['mobilenet try', ['a']],
    ['resnet finetune', ['b']],
    ['first second', []],
  ])('the words %j mean %j', (text, expected) =>
    expect(ids(filterRuns(runs, { text, status: null }))).toEqual(expected),
  );

  it('takes words and status together', () => {
    expect(ids(filterRuns(runs, { text: '', status: 'interrupted' }))).toEqual(['b']);
    expect(ids(filterRuns(runs, { text: 'first', status: 'interrupted' }))).toEqual([]);
  });
});

it.each([
  ['sample', 'sample'],
  ['/photos/ants and bees', 'ants and bees'],
  ['/photos/蜜蜂/', '蜜蜂'],
  ['C:\\photos\\bees', 'bees'],
  ['/', '/'],
])('the dataset %s is called %s', (dataset, name) => expect(datasetName(dataset)).toBe(name));

it('a run takes from its creation to its end', () => {
  expect(secondsTaken(run('a'))).toBe(1);
  expect(secondsTaken(run('a', { endedAt: null }))).toBeNull();
});
