import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { EXPERIMENT_LOG, logPath } from '../../src/engine/experiment/log.ts';
import { MIGRATIONS } from '../../src/engine/experiment/migrations/all.ts';
import { migrate } from '../../src/engine/sqlite/migrate.ts';

/** A plan as the first schema had it. */
export const VERSION_1_PLAN = {
  schemaVersion: 1,
  dataset: { kind: 'folder', path: '/photos' },
  network: 'mobilenet_v1_0.25_96',
  weights: { kind: 'shipped' },
  strategy: 'finetune',
  rules: [{ action: 'freeze', pattern: 'stem' }],
  epochs: 3,
  batchSize: 32,
  evaluationBatchSize: 64,
  optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false },
  dropout: 0.2,
  seed: 42,
  validationShare: 0.2,
} as const;

/** The layers of the run, with what the second schema knows of their statistics. */
export const VERSION_1_LAYERS = [
  { name: 'conv1', kind: 'conv2d', state: 'frozen', statistics: null },
  { name: 'conv1_bn', kind: 'batchNorm', state: 'frozen', statistics: 'kept' },
  { name: 'conv2_bn', kind: 'batchNorm', state: 'trainable', statistics: 'moving' },
  { name: 'logits', kind: 'dense', state: 'trainable', statistics: null },
] as const;

const ROWS = `
INSERT INTO run (number, id, name, status, created_at, started_at, ended_at, plan, plan_schema, network, strategy, dataset,
                 epochs, owner_pid, owner_start, owner_host, owner_boot, heartbeat_at, epochs_done, best_epoch,
                 best_val_accuracy, final_val_accuracy, test_accuracy, parameters_trainable, parameters_frozen,
                 frozen_unchanged, frozen_tensors, images_per_second, peak_memory_bytes)
VALUES (7, '20261101-120000-aaaa', 'mobilenet_v1_0.25_96 · finetune', 'finished', 1000, 1001, 2000, :plan, 1,
        'mobilenet_v1_0.25_96', 'finetune', '/photos', 3, 123, 'x', 'host', 'boot', 2000, 3, 2, 0.875, 0.75, 0.5, 100, 50,
        1, 4, 321.5, 1000000)`;

/**
 * Writes a log as the first version of its schema has it: one finished run with all of its parts.
 *
 * @returns the run's id
 */
export function writeVersion1Log(home: string): string {
  mkdirSync(path.join(home, 'log'), { recursive: true });
  const database = new Database(logPath(home));
  migrate(database, { ...EXPERIMENT_LOG, migrations: MIGRATIONS.slice(0, 1) });
  database.prepare(ROWS).run({ plan: JSON.stringify(VERSION_1_PLAN) });
  VERSION_1_LAYERS.forEach(({ name, kind, state }, position) => {
    database
      .prepare(
        "INSERT INTO layer (number, name, kind, block, output_shape, parameters) VALUES (?, ?, ?, 'b', '[2]', 10)",
      )
      .run(position + 1, name, kind);
    database
      .prepare('INSERT INTO layer_state (run, stage, position, layer, state) VALUES (7, 1, ?, ?, ?)')
      .run(position, position + 1, state);
  });
  database.exec(`
    INSERT INTO run_parameter (run, key, value) VALUES (7, 'seed', 42);
    INSERT INTO run_timing (run, phase, seconds) VALUES (7, 'train', 1.5);
    INSERT INTO metric_key (number, name) VALUES (1, 'loss'), (2, 'val_loss');
    INSERT INTO step_metric (run, key, step, epoch, value, time) VALUES (7, 1, 1, 1, 0.5, 1100), (7, 1, 2, 1, NULL, 1200);
    INSERT INTO checkpoint (run, kind, epoch, step, path, bytes, written_at) VALUES (7, 'best', 2, 4, 'c', 5, 1500);
    INSERT INTO tensor (number, name) VALUES (1, 'conv1/kernel');
    INSERT INTO frozen_proof (run, position, tensor, before, after) VALUES (7, 0, 1, x'0a', x'0a');
    INSERT INTO log_line (run, position, time, level, text) VALUES (7, 1, 1001, 'warning', 'one is small');
  `);
  database.close();
  return '20261101-120000-aaaa';
}
