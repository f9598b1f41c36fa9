import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { FreezeRule, Strategy, TrainingPlan } from '../src/shared/contract/plan.ts';
import { openLog, type Log } from '../src/engine/experiment/log.ts';
import { MIGRATIONS } from '../src/engine/experiment/migrations/all.ts';
import { EPOCH_KEYS } from '../src/engine/experiment/metric-writer.ts';
import { flattenPlan } from '../src/engine/experiment/new-run.ts';
import { recountRunMetrics } from '../src/engine/experiment/run-metric.ts';
import { writeParts } from '../src/engine/experiment/run-writer.ts';
import { freezePlan } from '../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../src/engine/network/head.ts';
import { findNetwork } from '../src/engine/network/registry.ts';
import { completePlan } from '../src/engine/service/default-plan.ts';

export const RUNS = 10_000;
/** So many of the runs are long. */
export const LONG_RUNS = 10;
/** 903 and 100,020 points. */
const SHORT = { epochs: 30, steps: 241 };
const LONG = { epochs: 170, steps: 33_000 };
const STEP_KEYS = ['loss', 'accuracy', 'learning_rate'];
const RUNS_AT_ONCE = 500;
const FIRST_CREATED = Date.UTC(2026, 0, 1);
const BETWEEN_RUNS_MILLISECONDS = 2_700_000;
const CLASSES = 10;

export const LONG_RUN_POINTS = STEP_KEYS.length * LONG.steps + Object.keys(EPOCH_KEYS).length * LONG.epochs;
export const POINTS =
  LONG_RUNS * LONG_RUN_POINTS +
  (RUNS - LONG_RUNS) * (STEP_KEYS.length * SHORT.steps + Object.keys(EPOCH_KEYS).length * SHORT.epochs);

/** As people have them: networks of 20 to 310 layers, each thawed from several places. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  resnet50_224: ['conv3_block1', 'conv4_block1', 'conv5_block1'],
  inception_v3_299: ['mixed4', 'mixed7', 'mixed9'],
  'mobilenet_v2_1.0_224': ['block_6', 'block_12'],
  vgg16_224: ['block4', 'block5'],
  'mobilenet_v1_0.25_224': ['block_6', 'block_11'],
};
const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03];
const BATCHES = [16, 32, 64];
const TAGS = ['baseline', 'ants', 'bees', 'paper', 'to repeat', 'long', 'small', 'augmented', 'broken', 'best so far'];
const STATUSES = ['finished', 'finished', 'finished', 'finished', 'stopped', 'failed', 'interrupted'];

export function longRunId(place: number): string {
  return `20260101-000000-long${place}`;
}

function runId(place: number): string {
  return place < LONG_RUNS ? longRunId(place) : `20260101-000000-${String(place).padStart(5, '0')}`;
}

/** A number in [0, 1) that depends on both alone. */
function spread(place: number, salt: number): number {
  return createHash('sha256').update(`${place}/${salt}`).digest().readUInt32LE(0) / 2 ** 32;
}

function pick<Value>(values: readonly Value[], share: number): Value {
  const value = values[Math.floor(share * values.length)];
  if (value === undefined) throw new RangeError('There is nothing to pick from.');
  return value;
}

/** A network frozen up to a place; runs of the same one are copies of its template. */
interface Template {
  readonly number: number;
  readonly network: string;
  readonly strategy: Strategy;
  readonly rules: readonly FreezeRule[];
}

function planOf(place: number, { network, strategy, rules }: Omit<Template, 'number'>, epochs: number): TrainingPlan {
  const plan = completePlan({});
  return {
    ...plan,
    network,
    strategy,
    rules: [...rules],
    epochs,
    batchSize: pick(BATCHES, spread(place, 1)),
    optimizer: { kind: 'sgd', learningRate: pick(RATES, spread(place, 2)), momentum: 0.9, nesterov: false },
    seed: place,
    dataset: { kind: 'folder', path: `/photos/set-${place % 40}` },
  };
}

function insertRun(database: Database.Database): (place: number, id: string, plan: TrainingPlan) => number {
  const insert = database.prepare(
    `INSERT INTO run (id, name, status, created_at, started_at, ended_at, plan, plan_schema, network, strategy, dataset, epochs,
       owner_pid, owner_start, owner_host, owner_boot, heartbeat_at, starred, note, archived_at, trashed_at)
     VALUES (:id, :name, :status, :created, :created + 2000, :created + :taken, :plan, :schema, :network, :strategy, :dataset,
       :epochs, 1, '', '', '', :created, :starred, :note, :archived, :trashed)`,
  );
  const parameter = database.prepare('INSERT INTO run_parameter (run, key, value) VALUES (?, ?, ?)');
  return (place, id, plan) => {
    const created = FIRST_CREATED + place * BETWEEN_RUNS_MILLISECONDS;
    const { lastInsertRowid } = insert.run({
      id,
      name: `${plan.network} · ${plan.strategy} ${place}`,
      status: place < LONG_RUNS ? 'finished' : pick(STATUSES, spread(place, 3)),
      created,
      taken: 60_000 + Math.floor(spread(place, 4) * 7_200_000),
      plan: JSON.stringify(plan),
      schema: plan.schemaVersion,
      network: plan.network,
      strategy: plan.strategy,
      dataset: 'path' in plan.dataset ? plan.dataset.path : plan.dataset.kind,
      epochs: plan.epochs,
      starred: spread(place, 5) < 0.05 ? 1 : 0,
      note: spread(place, 6) < 0.1 ? `Tried with other seeds too, see run ${place - 1}.` : '',
      archived: spread(place, 7) < 0.05 ? created : null,
      trashed: spread(place, 8) < 0.01 ? created : null,
    });
    for (const [key, value] of flattenPlan(plan)) {
      parameter.run(lastInsertRowid, key, Number.isSafeInteger(value) ? BigInt(value ?? 0) : value);
    }
    return Number(lastInsertRowid);
  };
}

function makeTemplates(log: Log): readonly Template[] {
  const kinds = Object.entries(NETWORKS).flatMap(([network, starts]) => [
    { network, strategy: 'features' as const, rules: [] },
    { network, strategy: 'scratch' as const, rules: [] },
    ...starts.map((start) => ({
      network,
      strategy: 'features' as const,
      rules: [{ action: 'thaw' as const, pattern: `from:${start}` }],
    })),
  ]);
  return kinds.map((kind, place): Template => {
    const id = `template-${place}`;
    const number = log.write('write a template', (database) => insertRun(database)(place, id, planOf(place, kind, 1)));
    const network = withHead(findNetwork(kind.network).build(), { classes: CLASSES, dropout: 0 });
    const { states, parameters } = freezePlan(network, kind.strategy, kind.rules);
    writeParts(log, id, {
      dataset: {
        root: '/photos',
        classes: Array.from({ length: CLASSES }, (_, label) => `class ${label}`),
        train: 2000,
        validation: 500,
        test: 0,
        version: 'a'.repeat(64),
        skipped: [],
      },
      loadReport: null,
      layers: states,
      parameters,
      environment: {
        thaw: '0.0.0',
        node: process.version,
        tensorflow: '2.9.1',
        tensorflowOrigin: 'bench',
        device: 'cpu',
        cpu: 'a processor',
        cores: 2,
        os: 'Linux',
      },
    });
    return { ...kind, number };
  });
}

const COPIED = {
  layer_state: 'stage, position, layer, state, statistics',
  run_dataset: 'root, version, train, validation, test',
  run_class: 'position, name',
  run_environment: 'thaw, node, tensorflow, tensorflow_origin, device, cpu, cores, os',
};

/** Gives a run what it consists of, its curves and what people made of it. */
function fillRun(database: Database.Database): (place: number, run: number, template: number) => void {
  const copies = Object.entries(COPIED).map(([table, columns]) =>
    database.prepare(
      `INSERT INTO ${table} (run, ${columns}) SELECT :run, ${columns} FROM ${table} WHERE run = :template`,
    ),
  );
  // Falling and rising curves with a noise of a few hundredths, other ones for each run.
  const curve = `CASE WHEN key.name LIKE '%accuracy' THEN :ceiling * (1 - exp(-number.value / :pace))
      WHEN key.name LIKE '%loss' THEN 0.1 + 2 * exp(-number.value / :pace)
      WHEN key.name = 'seconds' THEN 12 ELSE :rate END
    + ((number.value * 2654435761 + :run * 40503 + key.number * 977) % 1000) / 5e4`;
  const steps = database.prepare(
    `INSERT INTO step_metric (run, key, step, epoch, value, time)
     SELECT :run, key.number, number.value, (number.value - 1) * :epochs / :steps + 1, ${curve}, :created + number.value * 400
     FROM (SELECT * FROM metric_key WHERE name IN (${STEP_KEYS.map((key) => `'${key}'`).join(', ')})) AS key
       CROSS JOIN temp.number AS number WHERE number.value <= :steps`,
  );
  const epochs = database.prepare(
    `INSERT INTO epoch_metric (run, key, epoch, value, time)
     SELECT :run, key.number, number.value, ${curve}, :created + number.value * 12000
     FROM metric_key AS key CROSS JOIN temp.number AS number WHERE number.value <= :epochs`,
  );
  const best = database.prepare(
    `UPDATE run SET (best_epoch, best_val_accuracy) = (
       SELECT epoch, value FROM epoch_metric JOIN metric_key ON metric_key.number = epoch_metric.key
       WHERE epoch_metric.run = run.number AND metric_key.name = 'val_accuracy' ORDER BY value DESC LIMIT 1),
       epochs_done = epochs WHERE number = ?`,
  );
  const tag = database.prepare('INSERT OR IGNORE INTO run_tag (run, tag) VALUES (?, ?)');
  return (place, run, template) => {
    for (const copy of copies) copy.run({ run, template });
    const size = place < LONG_RUNS ? LONG : SHORT;
    const shape = {
      run,
      created: FIRST_CREATED + place * BETWEEN_RUNS_MILLISECONDS,
      epochs: BigInt(size.epochs),
      ceiling: 0.5 + spread(place, 9) / 2.1,
      rate: pick(RATES, spread(place, 2)),
    };
    steps.run({ ...shape, steps: BigInt(size.steps), pace: size.steps / 5 });
    epochs.run({ ...shape, pace: size.epochs / 5 });
    best.run(run);
    recountRunMetrics(database, run);
    for (let count = Math.floor(spread(place, 10) * 4); count > 0; count -= 1) {
      tag.run(run, pick(TAGS, spread(place, 10 + count)));
    }
  };
}

function generate(home: string, say: (line: string) => void): void {
  const log = openLog(home);
  try {
    const templates = makeTemplates(log);
    log.write('number the steps', (database) => {
      database.exec('CREATE TEMP TABLE number (value INTEGER PRIMARY KEY)');
      const insert = database.prepare('INSERT INTO temp.number (value) VALUES (?)');
      for (let value = 1; value <= LONG.steps; value += 1) insert.run(value);
      const key = database.prepare('INSERT INTO metric_key (name) VALUES (?)');
      for (const name of Object.values(EPOCH_KEYS)) key.run(name);
    });
    for (let first = 0; first < RUNS; first += RUNS_AT_ONCE) {
      log.write('write the runs', (database) => {
        const insert = insertRun(database);
        const fill = fillRun(database);
        for (let place = first; place < first + RUNS_AT_ONCE; place += 1) {
          const template = pick(templates, spread(place, 20));
          const plan = planOf(place, template, (place < LONG_RUNS ? LONG : SHORT).epochs);
          fill(place, insert(place, runId(place), plan), template.number);
        }
      });
      say(`log: ${Math.min(first + RUNS_AT_ONCE, RUNS).toLocaleString('en')} runs written`);
    }
    log.write('take the templates out', (database) => {
      database.prepare("DELETE FROM run WHERE id LIKE 'template-%'").run();
    });
  } finally {
    log.close();
  }
}

/**
 * A workspace with a log of 10,000 runs and 10,000,000 points of metrics, the same each time. It is made once for each schema
 * and kept in the system's temporary folder, a few hundred megabytes.
 *
 * @returns THAW_HOME
 */
export function generatedLog(say: (line: string) => void): string {
  const schema = createHash('sha256').update(JSON.stringify(MIGRATIONS)).update('1').digest('hex').slice(0, 12);
  const home = path.join(tmpdir(), `thaw-bench-log-${schema}`);
  const whole = path.join(home, 'whole');
  if (existsSync(whole)) return home;
  const part = `${home}.part`;
  rmSync(home, { recursive: true, force: true });
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  generate(part, say);
  renameSync(part, home);
  writeFileSync(whole, '');
  return home;
}
