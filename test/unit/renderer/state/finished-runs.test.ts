import { expect, test } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { RunListRequest } from '../../../../src/shared/contract/run-list.ts';
import { finishedRuns } from '../../../../src/renderer/state/finished-runs.ts';

test('finished runs are those at hand first, then archived ones, and none of the trash', async () => {
  const shelves: Readonly<Record<string, readonly string[]>> = { active: ['b', 'a'], archived: ['c'], trash: ['d'] };
  const invoke = async (name: string, { shelf = 'active', status }: RunListRequest): Promise<unknown> => {
    expect([name, status]).toEqual(['runs.list', 'finished']);
    const runs = (shelves[shelf] ?? []).map((runId) => ({ runId }));
    return Promise.resolve({ total: runs.length, runs });
  };
  const found = await finishedRuns({ invoke: invoke as Transport['invoke'] });
  expect(found.map(({ runId }) => runId)).toEqual(['b', 'a', 'c']);
});
