import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { exportRuns } from '../../../src/engine/service/export-runs.ts';
import { showFiles } from '../../../src/engine/service/run-files.ts';
import { runFiles } from '../../../src/shared/contract/run-files.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });

async function newRun(files: Readonly<Record<string, number>>): Promise<string> {
  const runId = createRun(context.log, samplePlan(), null);
  releaseTrainerLock(context.log, runId);
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(context.runDirectory(runId), name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.alloc(bytes));
  }
  return runId;
}

it('says what lies in the folder of a run, what it is and what it takes', async () => {
  const runId = await newRun({
    'model.json': 10,
    'program/saved_model.pb': 20,
    'program/variables/a': 1,
    'checkpoints/index.json': 3,
    'checkpoints/step-00000057/checkpoint.index': 5,
    'checkpoints/step-00000057/checkpoint.data-00000-of-00001': 100,
    'checkpoints/starred/step-00000020/checkpoint.index': 7,
    'checkpoints/starred/step-00000021.part/checkpoint.index': 2,
    'checkpoints/first/checkpoint.index': 4,
    'predict-abc/saved_model.pb': 6,
    'dataset-edits.json': 8,
    'my notes.txt': 9,
  });
  const found = runFiles.parse(await showFiles(context, { runId }));
  expect(found.exists).toBe(true);
  expect(found.cut).toBe(false);
  expect(found.files.map(({ path: at, kind, files, bytes }) => [at, kind, files, bytes])).toEqual([
    ['checkpoints/first', 'firstWeights', 1, 4],
    ['checkpoints/index.json', 'checkpointIndex', 1, 3],
    ['checkpoints/starred/step-00000020', 'checkpoint', 1, 7],
    ['checkpoints/starred/step-00000021.part', 'unfinished', 1, 2],
    ['checkpoints/step-00000057', 'checkpoint', 2, 105],
    ['dataset-edits.json', 'edits', 1, 8],
    ['model.json', 'model', 1, 10],
    ['my notes.txt', 'other', 1, 9],
    ['predict-abc', 'unfinished', 1, 6],
    ['program', 'program', 2, 21],
  ]);
  expect(found.bytes).toBe(175);
});

it('follows no link out of the folder', async () => {
  const runId = await newRun({ 'model.json': 1 });
  await writeFile(path.join(root, 'secret'), Buffer.alloc(5000));
  await mkdir(path.join(root, 'elsewhere'));
  await writeFile(path.join(root, 'elsewhere/large'), Buffer.alloc(5000));
  await symlink(path.join(root, 'secret'), path.join(context.runDirectory(runId), 'link'));
  await symlink(path.join(root, 'elsewhere'), path.join(context.runDirectory(runId), 'program'));
  const found = await showFiles(context, { runId });
  expect(found.files.map(({ path: at }) => at)).toEqual(['link', 'model.json', 'program']);
  expect(found.bytes).toBeLessThan(1000);
});

it('looks at a folder no further than it says', async () => {
  const runId = await newRun(Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`program/${index}`, 1])));
  const found = await showFiles(context, { runId });
  expect(found.cut).toBe(true);
  expect(found.bytes).toBeLessThanOrEqual(2000);
});

it('says that a folder was deleted by hand', async () => {
  const runId = await newRun({ 'model.json': 1 });
  await rm(context.runDirectory(runId), { recursive: true });
  const found = await showFiles(context, { runId });
  expect(found).toMatchObject({ exists: false, files: [], bytes: 0, folder: context.runDirectory(runId) });
});

it('lists what was exported, and whether it is still there', async () => {
  const runId = await newRun({ 'model.json': 1 });
  const there = path.join(root, 'there.onnx');
  await writeFile(there, '');
  context.log.write('prepare a test', (database) => {
    const add = database.prepare(
      `INSERT INTO run_export (run, format, path, bytes, created_at)
       SELECT number, 'onnx', ?, 12, ? FROM run WHERE id = ?`,
    );
    add.run(path.join(root, 'gone.onnx'), 1, runId);
    add.run(there, 2, runId);
  });
  expect((await showFiles(context, { runId })).exports).toEqual([
    { format: 'onnx', path: there, bytes: 12, createdAt: 2, exists: true },
    { format: 'onnx', path: path.join(root, 'gone.onnx'), bytes: 12, createdAt: 1, exists: false },
  ]);
});

it('lists what a window fetched by its name, as nobody says where it was put', async () => {
  const runId = await newRun({ 'model.json': 1 });
  const { bytes } = await exportRuns(context, { runIds: [runId], format: 'csv', output: { kind: 'fetched' } });
  expect((await showFiles(context, { runId })).exports).toMatchObject([
    { format: 'csv', path: 'runs.csv', bytes, exists: null },
  ]);
});

it('refuses a run that is not in the log', async () => {
  await expectError(() => showFiles(context, { runId: '../..' }), 'run.unknown');
});
