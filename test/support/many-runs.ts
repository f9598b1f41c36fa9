import type Database from 'better-sqlite3';
import { openLog } from '../../src/engine/experiment/log.ts';
import { insertRun } from '../../src/engine/experiment/new-run.ts';
import { recountRunMetrics } from '../../src/engine/experiment/run-metric.ts';
import type { RunStatus } from '../../src/shared/contract/run.ts';
import { samplePlan } from './training-plan.ts';

const NETWORKS = [
  'mobilenet_v1_0.25_96',
  'mobilenet_v2_1.0_224',
  'resnet50',
  'efficientnet_b0',
  'densenet121',
] as const;
const DATASETS = ['/photos/hymenoptera', '/photos/flowers', '/photos/野鳥'] as const;
const STRATEGIES = ['features', 'finetune', 'finetune', 'scratch'] as const;
const RATES = [0.1, 0.01, 0.001] as const;
const HOUR = 3_600_000;
/** Of the first run, long before any that a test trains. */
const BEGAN = Date.UTC(2026, 0, 5, 8);

/** Every eleventh run failed, every thirteenth was stopped, the others finished. */
function statusOf(place: number): RunStatus {
  if (place % 11 === 10) return 'failed';
  return place % 13 === 12 ? 'stopped' : 'finished';
}

/** Rises towards a height that no two neighbours share. */
function accuracyOf(place: number, epoch: number): number {
  const height = 0.55 + ((place * 37) % 400) / 1000;
  return height - 0.4 * Math.exp(-epoch / 3) + ((place * epoch) % 7) / 500;
}

function writeRun(database: Database.Database, place: number): void {
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value => values[place % values.length] ?? values[0];
  const epochs = 4 + (place % 5) * 4;
  const status = statusOf(place);
  const epochsDone = status === 'finished' ? epochs : 2;
  const plan = samplePlan({
    network: pick(NETWORKS),
    dataset: { kind: 'folder', path: pick(DATASETS) },
    strategy: pick(STRATEGIES),
    epochs,
    seed: place,
    optimizer: { kind: 'sgd', learningRate: pick(RATES), momentum: 0.9, nesterov: false },
  });
  const createdAt = BEGAN + place * HOUR;
  const made = insertRun(database, { plan, origin: null, group: null });
  const { number } = database
    .prepare<[string], { number: number }>('SELECT number FROM run WHERE id = ?')
    .get(made) ?? {
    number: 0,
  };
  const value = database.prepare('INSERT INTO epoch_metric (run, key, epoch, value, time) VALUES (?, ?, ?, ?, ?)');
  const keys = ['val_accuracy', 'val_loss'].map((name) => {
    database.prepare('INSERT OR IGNORE INTO metric_key (name) VALUES (?)').run(name);
    return database.prepare<[string], number>('SELECT number FROM metric_key WHERE name = ?').pluck().get(name);
  });
  let best = 1;
  for (let epoch = 1; epoch <= epochsDone; epoch += 1) {
    const accuracy = accuracyOf(place, epoch);
    if (accuracy > accuracyOf(place, best)) best = epoch;
    value.run(number, keys[0], epoch, accuracy, createdAt + epoch * 1000);
    value.run(number, keys[1], epoch, 1.4 - accuracy, createdAt + epoch * 1000);
  }
  database
    .prepare(
      `UPDATE run SET id = :id, name = :name, status = :status, created_at = :createdAt, started_at = :createdAt,
         ended_at = :endedAt, epochs_done = :epochsDone, best_epoch = :best, best_val_accuracy = :accuracy
       WHERE number = :number`,
    )
    .run({
      number,
      id: `20260105-080000-${place.toString(36).padStart(4, '0')}`,
      name: `trial ${place + 1}`,
      status,
      createdAt,
      endedAt: createdAt + (40 + (place % 90)) * 1000,
      epochsDone,
      best,
      accuracy: accuracyOf(place, best),
    });
  recountRunMetrics(database, number);
}

/**
 * Writes runs that ended long ago, an hour apart: `trial 1` is the first. Five networks, three datasets and as many learning
 * rates take turns.
 */
export function writeManyRuns(home: string, runs: number): void {
  const log = openLog(home);
  try {
    log.write('write runs for a test', (database) => {
      for (let place = 0; place < runs; place += 1) writeRun(database, place);
    });
  } finally {
    log.close();
  }
}
