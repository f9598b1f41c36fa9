import { expect, it } from 'vitest';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { readRelatives } from '../../../src/engine/experiment/relatives-reader.ts';
import { readRun } from '../../../src/engine/experiment/run-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { runDetail } from '../../../src/shared/contract/run.ts';
import { runRelatives } from '../../../src/shared/contract/run-relatives.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());

function newRun(parent: string | null = null): string {
  const id = createRun(log, samplePlan(), parent === null ? null : { runId: parent, relation: 'weights', step: null });
  releaseTrainerLock(log, id);
  return id;
}

function write(of: Log, statement: string, ...values: readonly unknown[]): void {
  of.write('prepare a test', (database) => database.prepare(statement).run(...values));
}

it('tells the run that one comes from, how and at which step, and those that come from it, the newest first', () => {
  const parent = newRun();
  const [first, second] = [newRun(parent), newRun(parent)];
  write(log, "UPDATE run SET parent_relation = 'branched', parent_step = 240, created_at = 1 WHERE id = ?", first);
  write(log, "UPDATE run SET parent_relation = 'repeated', created_at = 2 WHERE id = ?", second);
  const relatives = runRelatives.parse(readRelatives(log, first));
  expect(relatives.parent).toMatchObject({ runId: parent, relation: 'branched', step: 240, status: 'queued' });
  expect(relatives.children).toEqual([]);
  const below = runRelatives.parse(readRelatives(log, parent));
  expect(below.parent).toBeNull();
  expect(below.childrenTotal).toBe(2);
  expect(below.children).toMatchObject([
    { runId: second, relation: 'repeated', step: null },
    { runId: first, relation: 'branched', step: 240 },
  ]);
});

it('takes a parent whose kind was never told for one that gave its weights', () => {
  const parent = newRun();
  const child = newRun(parent);
  write(log, 'UPDATE run SET parent_relation = NULL WHERE id = ?', child);
  expect(readRelatives(log, child).parent).toMatchObject({ runId: parent, relation: 'weights' });
});

it('tells what people made of a run with the rest of it', () => {
  const id = newRun();
  expect(runDetail.parse(readRun(log, id)).organisation).toEqual({
    starred: false,
    tags: [],
    note: '',
    archivedAt: null,
    trashedAt: null,
    group: null,
  });
  write(log, "INSERT INTO run_group (id, name, created_at) VALUES ('g1', 'rates', 1)");
  write(log, "UPDATE run SET starred = 1, note = 'the best', archived_at = 5, run_group = 1 WHERE id = ?", id);
  for (const tag of ['slow', 'baseline']) {
    write(log, 'INSERT INTO run_tag (run, tag) SELECT number, ? FROM run WHERE id = ?', tag, id);
  }
  expect(runDetail.parse(readRun(log, id)).organisation).toEqual({
    starred: true,
    tags: ['baseline', 'slow'],
    note: 'the best',
    archivedAt: 5,
    trashedAt: null,
    group: { id: 'g1', name: 'rates' },
  });
});

it('refuses a run that is not in the log', async () => {
  await expectError(() => readRelatives(log, 'nowhere'), 'run.unknown');
});
