import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../../src/engine/experiment/log.ts';
import { groupRuns } from '../../../../src/engine/experiment/run-groups.ts';
import { listColumns, listRuns } from '../../../../src/engine/experiment/run-list.ts';
import { QUERIED_RUNS, writeRuns, type QueriedRun } from '../../../support/queried-runs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const log = openLog(temporaryFolder());
const ids = writeRuns(log, QUERIED_RUNS);
afterAll(() => log.close());

describe('the order of runs', () => {
  const valueOf: Readonly<Record<string, (run: QueriedRun) => number | string | null>> = {
    val_accuracy: (run) => (run.accuracies.length === 0 ? null : Math.max(...run.accuracies)),
    'last(val_accuracy)': (run) => run.accuracies.at(-1) ?? null,
    learningRate: (run) => run.learningRate,
    created: (run) => run.created.getTime(),
    tag: (run) => (run.tags.length === 0 ? null : run.tags.toSorted().join(', ').toLowerCase()),
    name: (run) => run.name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
  };

  it.each(Object.keys(valueOf).flatMap((key) => [true, false].map((descending) => [key, descending] as const)))(
    'by %s, descending %s, has those without it last',
    async (key, descending) => {
      const { runs } = await listRuns(log, { sort: [{ key, descending }] });
      const values = runs.map(({ runId }) => valueOf[key]?.(QUERIED_RUNS[ids.indexOf(runId)] as QueriedRun) ?? null);
      const known = values.filter((value) => value !== null);
      const sorted = known.toSorted((first, second) => (first < second ? -1 : first > second ? 1 : 0));
      expect(values.slice(0, known.length)).toEqual(descending ? sorted.toReversed() : sorted);
      expect(values.slice(known.length).every((value) => value === null)).toBe(true);
    },
  );

  it('is the same by pages as at once, and the total that of all', async () => {
    const request = { query: 'learningRate > 0.001', sort: [{ key: 'network', descending: false }] };
    const whole = await listRuns(log, request);
    const pages = await Promise.all([0, 5, 10, 15].map((offset) => listRuns(log, { ...request, offset, limit: 5 })));
    expect(pages.flatMap(({ runs }) => runs)).toEqual(whole.runs.slice(0, 20));
    expect(pages.map(({ total }) => total)).toEqual([whole.total, whole.total, whole.total, whole.total]);
    expect((await listRuns(log, { ...request, offset: 1000 })).runs).toEqual([]);
  });
});

describe('a row of the list', () => {
  it('has the columns asked for, what people made of the run, and its curve', async () => {
    const columns = [
      'val_accuracy',
      'last(val_accuracy)',
      'min(loss)',
      'learningRate',
      'tag',
      'note',
      'starred',
      'group',
    ];
    const { runs } = await listRuns(log, { columns, sparkline: true });
    const row = runs.find(({ runId }) => runId === ids[0]);
    expect(row).toMatchObject({
      starred: true,
      tags: ['baseline'],
      note: 'see the first try',
      group: null,
      parentRunId: null,
      sparkline: [0.5, 0.9, 0.7],
    });
    expect(row?.values).toEqual([0.9, 0.7, expect.closeTo(0.1, 9), 0.001, 'baseline', 'see the first try', 1, null]);
    const bare = await listRuns(log, { limit: 1 });
    expect(bare.runs).toMatchObject([{ values: [], sparkline: null }]);
  });

  it('has a curve of at most 32 points, the first and the last among them', async () => {
    const own = openLog(temporaryFolder());
    const accuracies = Array.from({ length: 100 }, (_, place) => place / 100);
    writeRuns(own, [{ ...(QUERIED_RUNS[0] as QueriedRun), accuracies }]);
    const [row] = (await listRuns(own, { sparkline: true })).runs;
    expect(row?.sparkline).toHaveLength(32);
    expect([row?.sparkline?.[0], row?.sparkline?.at(-1)]).toEqual([0, 0.99]);
    own.close();
  });
});

describe('groups of runs', () => {
  it.each(['network', 'tag', 'created', 'starred', 'learningRate', 'val_accuracy', 'note', 'group', 'duration'])(
    'by %s are told with the condition that their runs fit',
    async (by) => {
      const groups = groupRuns(log, { by, query: 'learningRate < 0.1' });
      expect(groups.length).toBeGreaterThan(0);
      for (const { condition: told, runs } of groups) {
        const { total } = await listRuns(log, { query: `learningRate < 0.1 and (${told})` });
        expect(total, told).toBe(runs);
      }
      if (by !== 'tag') {
        expect(groups.reduce((sum, { runs }) => sum + runs, 0)).toBe(
          (await listRuns(log, { query: 'learningRate < 0.1' })).total,
        );
      }
    },
  );

  it('tell their best run, the largest first and those without a value last', () => {
    expect(groupRuns(log, { by: 'tag' }).map(({ value, bestValAccuracy }) => [value, bestValAccuracy])).toEqual([
      ['baseline', 0.9],
      ['long', 0.9],
      [null, 0.9],
    ]);
  });
});

describe('the columns of the log', () => {
  it('are all keys that a query takes', async () => {
    const columns = listColumns(log);
    expect(columns.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['network', 'tag', 'val_accuracy', 'optimizer.learningRate', 'plan.loss', 'seed']),
    );
    const keys = columns.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const { runs } = await listRuns(log, { columns: keys.slice(0, 100), limit: 1 });
    expect(runs[0]?.values).toHaveLength(Math.min(100, keys.length));
  });
});
