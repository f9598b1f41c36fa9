import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { NO_AUGMENTATION } from '../../../src/shared/contract/augmentation.ts';
import { USUAL_HEAD } from '../../../src/shared/contract/head-design.ts';
import { PLAN_SCHEMA_VERSION, trainingPlan } from '../../../src/shared/contract/plan.ts';
import { runDetail } from '../../../src/shared/contract/run.ts';
import { EXPERIMENT_LOG, logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { MIGRATIONS } from '../../../src/engine/experiment/migrations/all.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { readPlan, readRun } from '../../../src/engine/experiment/run-reader.ts';
import { migrate } from '../../../src/engine/sqlite/migrate.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';
import { VERSION_1_LAYERS, VERSION_1_PLAN, writeVersion1Log } from '../../support/version-1-log.ts';

const root = temporaryFolder();
let homes = 0;
function newHome(): string {
  return path.join(root, `home-${++homes}`);
}

type Row = Readonly<Record<string, unknown>>;
type Tables = Readonly<Record<string, readonly Row[]>>;

function tables(database: Database.Database): Tables {
  const names = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  return Object.fromEntries(names.map((name) => [name, database.prepare<[], Row>(`SELECT * FROM "${name}"`).all()]));
}

describe('the second version of the log', () => {
  it('keeps every row of the first, and knows what became of statistics and that nothing was stopped early', () => {
    const home = newHome();
    writeVersion1Log(home);
    const database = new Database(logPath(home));
    const before = tables(database);
    migrate(database, { ...EXPERIMENT_LOG, migrations: MIGRATIONS.slice(0, 2) });
    const expected = {
      ...before,
      run: (before['run'] ?? []).map((row) => ({ ...row, stopped_early: 0 })),
      layer_state: (before['layer_state'] ?? []).map((row, position) => ({
        ...row,
        statistics: VERSION_1_LAYERS[position]?.statistics,
      })),
    };
    expect(expected.layer_state).toHaveLength(VERSION_1_LAYERS.length);
    expect(tables(database)).toEqual(expected);
    database.close();
  });

  it('takes no other word for statistics than the contract has', () => {
    const home = newHome();
    writeVersion1Log(home);
    const database = new Database(logPath(home));
    migrate(database, EXPERIMENT_LOG);
    expect(() => database.exec("UPDATE layer_state SET statistics = 'gone'")).toThrow(/CHECK/);
    database.close();
  });
});

/** What plans say since the seventh schema, of a run that knew none of it. */
const OF_VERSION_7 = {
  reuse: null,
  headWeights: null,
  evaluateFirst: false,
  task: { kind: 'classify' },
  classes: null,
  trainingImagesPerClass: null,
  stepsPerEpoch: null,
  stages: [],
  evaluationImages: null,
  headDesign: USUAL_HEAD,
  histogramInterval: 0,
  logInterval: 0,
  loaderWorkers: null,
};

describe('a run of an earlier Thaw', () => {
  it('is shown whole, its plan in the words of today', () => {
    const home = newHome();
    const runId = writeVersion1Log(home);
    const log = openLog(home);
    const detail = runDetail.parse(readRun(log, runId));
    expect(detail.plan).toEqual({
      ...VERSION_1_PLAN,
      schemaVersion: PLAN_SCHEMA_VERSION,
      head: 'softmax',
      newHead: true,
      split: { kind: 'given' },
      groupPattern: null,
      augmentation: null,
      earlyStopping: null,
      weightDecay: 0,
      l1: 0,
      gradientClipping: null,
      loss: 'crossEntropy',
      labelSmoothing: 0,
      classWeights: null,
      sampling: 'natural',
      preprocessing: null,
      schedule: { kind: 'constant' },
      warmupEpochs: 0,
      learningRateRules: [],
      precision: { frozen: 'float32', trainable: 'float32' },
      device: 'auto',
      introspectionInterval: 0,
      ...OF_VERSION_7,
    });
    expect(detail.layers.map(({ statistics }) => statistics)).toEqual(
      VERSION_1_LAYERS.map(({ statistics }) => statistics),
    );
    expect(detail.result).toMatchObject({ status: 'finished', bestValAccuracy: 0.875, stoppedEarly: false });
    log.close();
  });
});

/** A plan as the second schema had it. */
const VERSION_2_PLAN = {
  ...VERSION_1_PLAN,
  schemaVersion: 2,
  head: 'sigmoid',
  augmentation: { horizontalFlip: true, randomResizedCrop: null },
  earlyStopping: { monitor: 'val_loss', patience: 3 },
};

describe('a plan in the log', () => {
  const log = openLog(newHome());
  const runId = createRun(log, samplePlan(), null);
  const store = (plan: unknown): void =>
    log.write('place', (database) => {
      database.prepare('UPDATE run SET plan = ? WHERE id = ?').run(JSON.stringify(plan), runId);
    });

  it('is refused in words when a newer Thaw wrote it', async () => {
    store({ ...samplePlan(), schemaVersion: PLAN_SCHEMA_VERSION + 1, colour: 'red' });
    const version = `version ${PLAN_SCHEMA_VERSION + 1}`;
    await expectError(() => readPlan(log, runId), 'log.newer', runId, version, `up to version ${PLAN_SCHEMA_VERSION}`);
  });

  it.each([
    ['has no version', { network: 'x' }],
    ['has version 0', { ...samplePlan(), schemaVersion: 0 }],
    ['lacks a field of its version', { ...VERSION_1_PLAN, seed: undefined }],
    ['is a list', []],
  ])('is no plan when it %s', async (_, plan) => {
    store(plan);
    await expectError(() => readPlan(log, runId), 'log.unreadable', runId);
  });

  it('comes back in full from every version that there was', () => {
    for (const plan of [VERSION_1_PLAN, VERSION_2_PLAN, samplePlan()]) {
      store(plan);
      expect(trainingPlan.parse(readPlan(log, runId))).toMatchObject({ seed: plan.seed });
    }
  });

  it('of the fifth version cuts parts as it did', () => {
    const today = samplePlan({ newHead: true });
    store({
      ...today,
      sampling: undefined,
      schemaVersion: 5,
      augmentation: { horizontalFlip: false, randomResizedCrop: { smallestArea: 0.3 } },
    });
    const crop = { smallestArea: 0.3, largestArea: 1, smallestRatio: 3 / 4, largestRatio: 4 / 3 };
    const augmentation = { ...NO_AUGMENTATION, randomResizedCrop: crop };
    expect(readPlan(log, runId)).toEqual({ ...today, augmentation });
  });

  it('of the second version keeps what it said, with a rate that stays', () => {
    store(VERSION_2_PLAN);
    expect(readPlan(log, runId)).toEqual({
      ...VERSION_2_PLAN,
      schemaVersion: PLAN_SCHEMA_VERSION,
      augmentation: { ...NO_AUGMENTATION, horizontalFlip: true },
      weightDecay: 0,
      l1: 0,
      gradientClipping: null,
      loss: 'crossEntropy',
      labelSmoothing: 0,
      classWeights: null,
      sampling: 'natural',
      preprocessing: null,
      newHead: true,
      split: { kind: 'given' },
      groupPattern: null,
      schedule: { kind: 'constant' },
      warmupEpochs: 0,
      learningRateRules: [],
      precision: { frozen: 'float32', trainable: 'float32' },
      device: 'auto',
      introspectionInterval: 0,
      ...OF_VERSION_7,
    });
  });
});
