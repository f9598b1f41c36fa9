import { describe, expect, it } from 'vitest';
import {
  runDetail,
  runResult,
  RUN_STATUSES,
  type LayerState,
  type LoadReport,
  type RunResult,
} from '../../../src/shared/contract/run.ts';
import { runList } from '../../../src/shared/contract/run-list.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun, flattenPlan, insertRun } from '../../../src/engine/experiment/new-run.ts';
import { freeRunId, newRunId } from '../../../src/engine/experiment/run-id.ts';
import { reopenRun, setStatus } from '../../../src/engine/experiment/run-life.ts';
import { listRuns } from '../../../src/engine/experiment/run-list.ts';
import { readPlan, readResult, readRun } from '../../../src/engine/experiment/run-reader.ts';
import { mayFollow } from '../../../src/engine/experiment/run-status.ts';
import {
  writeCheckpoint,
  writeLine,
  writeParts,
  writeProof,
  writeResult,
  type RunParts,
} from '../../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());

function newRun(changes: Parameters<typeof samplePlan>[0] = {}, parent: string | null = null): string {
  const id = createRun(
    log,
    samplePlan(changes),
    parent === null ? null : { runId: parent, relation: 'weights', step: null },
  );
  releaseTrainerLock(log, id);
  return id;
}

const loadReport: LoadReport = {
  source: '/weights.h5',
  format: 'keras-h5',
  sha256: 'ab'.repeat(32),
  loaded: ['conv1/kernel', 'conv1_bn/gamma'],
  skippedByShape: [{ name: 'conv2/kernel', expected: [3, 3, 8, 16], found: [1, 1, 8, 16] }],
  missing: [],
  newlyInitialised: ['logits/kernel', 'logits/bias'],
  unexpected: ['predictions/kernel'],
};
function layer(
  name: string,
  kind: string,
  parameters: number,
  state: LayerState['state'],
  statistics: LayerState['statistics'],
): LayerState {
  return { name, kind, block: 'stem', outputShape: [48, 48, 8], parameters, state, statistics };
}

const parts: RunParts = {
  dataset: {
    root: '/photos',
    classes: ['ants', '蜜蜂 🐝'],
    train: 8,
    validation: 4,
    test: 0,
    version: 'cd'.repeat(32),
    skipped: [{ path: 'train/ants/broken.jpg', reason: 'it is empty' }],
  },
  loadReport,
  layers: [
    layer('conv1', 'conv2d', 216, 'frozen', null),
    layer('conv1_bn', 'batchNorm', 32, 'frozen', 'moving'),
    layer('conv2_bn', 'batchNorm', 32, 'trainable', 'kept'),
    layer('logits', 'dense', 514, 'trainable', null),
  ],
  parameters: { trainable: 514, frozen: 216 },
  environment: {
    thaw: '0.1.0',
    node: '24.0.0',
    tensorflow: '2.21.0',
    tensorflowOrigin: 'wheel',
    device: 'CPU',
    cpu: 'any',
    cores: 2,
    os: 'linux',
  },
};
const epoch = {
  epoch: 1,
  loss: 0.5,
  accuracy: 0.75,
  val_loss: 0.6,
  val_accuracy: 0.5,
  learningRate: 0.01,
  seconds: 1.5,
};
const outcome: Omit<RunResult, 'runId'> = {
  status: 'finished',
  baseline: null,
  history: [epoch],
  bestEpoch: 1,
  bestValAccuracy: 0.5,
  finalValAccuracy: 0.5,
  testAccuracy: 0.25,
  stoppedEarly: true,
  parameters: parts.parameters,
  frozenUnchanged: true,
  frozenTensors: 1,
  weights: { loaded: 2, skippedByShape: 1, missing: 0, newlyInitialised: 2, unexpected: 1 },
  dataset: parts.dataset,
  timings: { prepare: 0.5, total: 2 },
  imagesPerSecond: 1234.5,
  peakMemoryBytes: 5_000_000_000,
  warnings: ['one image was left out'],
  error: null,
};

describe('a run in the log', () => {
  it('comes back as it was written', () => {
    const parent = newRun();
    const plan = samplePlan({
      rules: [{ action: 'freeze', pattern: '/^conv/' }],
      optimizer: { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    });
    const id = newRun(plan, parent);
    setStatus(log, id, 'running');
    writeParts(log, id, parts);
    const metrics = new MetricWriter(log, id, () => undefined);
    metrics.pushEpoch(epoch, true);
    metrics.close();
    writeCheckpoint(log, id, { kind: 'last', epoch: 1, step: 1, path: 'checkpoints/step-1', bytes: 10 });
    const proof = [{ tensor: 'conv1/kernel', before: '0a'.repeat(32), after: '0b'.repeat(32) }];
    writeProof(log, id, proof);
    writeLine(log, id, 'warning', 'one image was left out');
    writeResult(log, id, outcome);
    setStatus(log, id, 'finished');

    const detail = runDetail.parse(readRun(log, id));
    expect(detail.plan).toEqual(plan);
    expect(detail.result).toEqual({ runId: id, ...outcome });
    expect(detail.loadReport).toEqual(loadReport);
    expect(detail.layers).toEqual(parts.layers);
    expect(detail.proof).toEqual(proof);
    expect(detail.environment).toEqual(parts.environment);
    expect(detail.parentRunId).toBe(parent);
    expect(detail.summary).toMatchObject({
      epochsDone: 1,
      bestValAccuracy: 0.5,
      name: 'mobilenet_v1_0.25_96 · features',
    });
    expect(readPlan(log, id)).toEqual(plan);
  });

  it('has a valid result before anything is known', () => {
    const result = runResult.parse(readResult(log, newRun()));
    expect(result).toMatchObject({
      status: 'queued',
      history: [],
      weights: null,
      dataset: null,
      frozenUnchanged: null,
      stoppedEarly: false,
    });
  });

  it('takes its parts again when it is resumed, and keeps the report of what was loaded first', () => {
    const id = newRun();
    writeParts(log, id, parts);
    writeParts(log, id, { ...parts, loadReport: null, dataset: { ...parts.dataset, classes: ['a'], skipped: [] } });
    const detail = readRun(log, id);
    expect(detail.loadReport).toEqual(loadReport);
    expect(detail.result.dataset).toMatchObject({ classes: ['a'], skipped: [] });
    expect(detail.layers).toHaveLength(parts.layers.length);
  });

  it('keeps the error it ended with, and forgets it when it is taken up again', () => {
    const id = newRun();
    const error = { code: 'training.process', message: 'gone', hint: 'resume' } as const;
    setStatus(log, id, 'interrupted', error);
    expect(readResult(log, id)).toMatchObject({ status: 'interrupted', error });
    reopenRun(log, id, true);
    expect(readResult(log, id)).toMatchObject({ status: 'queued', error: null });
    expect(readRun(log, id).summary.endedAt).toBeNull();
    releaseTrainerLock(log, id);
  });

  it.each([
    { status: 'finished', checkpoint: true, says: 'is finished' },
    { status: 'failed', checkpoint: true, says: 'is failed' },
    { status: 'stopped', checkpoint: false, says: 'before it wrote one' },
  ] as const)('is not resumed when $status with checkpoint $checkpoint', async ({ status, checkpoint, says }) => {
    const id = newRun();
    setStatus(log, id, 'running');
    setStatus(log, id, status);
    await expectError(() => reopenRun(log, id, checkpoint), 'run.state', says, id);
    // The refused attempt gave the trainer's place back.
    newRun();
  });

  it('moves only along legal ways', async () => {
    for (const from of RUN_STATUSES) {
      for (const to of RUN_STATUSES) {
        const id = newRun();
        log.write('place', (database) => database.prepare('UPDATE run SET status = ? WHERE id = ?').run(from, id));
        if (mayFollow(from, to)) setStatus(log, id, to);
        else await expectError(() => setStatus(log, id, to), 'run.state', id);
        const { status } = readResult(log, id);
        expect(status).toBe(mayFollow(from, to) ? to : from);
      }
    }
    expect(mayFollow('finished', 'running')).toBe(false);
    expect(mayFollow('running', 'interrupted')).toBe(true);
  });

  it('is unknown by any other name', async () => {
    for (const act of [() => readRun(log, 'no such'), () => setStatus(log, 'no such', 'running')]) {
      await expectError(act, 'run.unknown', 'no such', 'thaw runs list');
    }
  });

  it('is found by any parameter of its plan, typed', () => {
    const id = newRun({ seed: 4711 });
    const found = log.read('look', (database) =>
      database
        .prepare<[], { id: string; type: string }>(
          `SELECT run.id AS id, typeof(value) AS type FROM run_parameter JOIN run ON run.number = run_parameter.run
           WHERE key = 'seed' AND value = 4711`,
        )
        .all(),
    );
    expect(found).toEqual([{ id, type: 'integer' }]);
    expect(
      Object.fromEntries(flattenPlan(samplePlan({ rules: [{ action: 'thaw', pattern: 'last:2' }] }))),
    ).toMatchObject({
      'optimizer.learningRate': 0.01,
      'optimizer.nesterov': 0,
      'rules.0.pattern': 'last:2',
      'dataset.kind': 'sample',
    });
  });
});

describe('the list of runs', () => {
  it('has the newest first, by status and up to a limit', async () => {
    const own = openLog(temporaryFolder());
    const ids = [1, 2, 3].map(() => {
      const id = createRun(own, samplePlan(), null);
      releaseTrainerLock(own, id);
      return id;
    });
    setStatus(own, ids[0] ?? '', 'running');
    const listed = await listRuns(own, { limit: 10 });
    expect(listed.runs.map(({ runId }) => runId)).toEqual(ids.toReversed());
    expect(runList.parse(listed)).toEqual(listed);
    const second = await listRuns(own, { offset: 1, limit: 1 });
    expect([second.total, ...second.runs.map(({ runId }) => runId)]).toEqual([3, ids[1]]);
    expect((await listRuns(own, { status: 'running' })).runs.map(({ runId }) => runId)).toEqual([ids[0]]);
    own.close();
  });

  it.each([
    ['an hour', 3600_000, [{ key: 'created', descending: true }]],
    ['an hour', 3600_000, []],
    ['a year', 365 * 24 * 3600_000, []],
  ])('has the newest first though the clock was set back by %s meanwhile', async (_, back, sort) => {
    const own = openLog(temporaryFolder());
    const ids = [1, 2, 3].map(() => {
      const id = createRun(own, samplePlan(), null);
      releaseTrainerLock(own, id);
      own.write('wind', (database) => database.prepare('UPDATE run SET created_at = created_at + ?').run(back));
      return id;
    });
    expect((await listRuns(own, { sort })).runs.map(({ runId }) => runId)).toEqual(ids.toReversed());
    own.close();
  });

  it('shows no negative duration, though an earlier Thaw noted an end before the beginning', async () => {
    const own = openLog(temporaryFolder());
    const id = createRun(own, samplePlan(), null);
    releaseTrainerLock(own, id);
    const shown = async (ended: string): Promise<unknown> => {
      own.write('wind', (database) => database.exec(`UPDATE run SET started_at = created_at, ended_at = ${ended}`));
      return (await listRuns(own, { columns: ['duration'] })).runs[0]?.values;
    };
    expect(await shown('created_at - 5000')).toEqual([0]);
    expect(await shown('created_at + 5000')).toEqual([5]);
    expect(await shown('NULL')).toEqual([null]);
    own.close();
  });

  it('gives each run an id that sorts by time and is safe in names', () => {
    const earlier = newRunId(new Date('2026-11-23T23:10:45.999Z'));
    const later = newRunId(new Date('2026-11-23T23:10:46Z'));
    expect(earlier).toMatch(/^20261123-231045-[a-z0-9]{4}$/);
    expect(earlier < later).toBe(true);
  });

  it('gives no two runs of one second the same id', () => {
    const own = openLog(temporaryFolder());
    const now = new Date('2026-11-23T23:10:45Z');
    // So many that two would have the same in nearly every try.
    const ids = own.write('begin runs', (database) =>
      Array.from({ length: 3000 }, () => {
        const id = freeRunId(database, now);
        database
          .prepare('UPDATE run SET id = ? WHERE id = ?')
          .run(id, insertRun(database, { plan: samplePlan(), origin: null, group: null }));
        return id;
      }),
    );
    expect(new Set(ids).size).toBe(ids.length);
    own.close();
  });
});
