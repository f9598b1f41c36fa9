import type Database from 'better-sqlite3';
import type { TensorHistograms } from '../../shared/contract/histograms.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { tensorNumbers } from './run-writer.ts';

/** More steps than a chart shows are thinned: of those that there are every other one goes. */
const MOST_STEPS = 200;

interface Counted {
  readonly tensor: string;
  readonly low: number;
  readonly high: number;
  readonly counts: Uint32Array;
}

function thin(database: Database.Database, run: number): void {
  const steps = database
    .prepare<[number], number>('SELECT DISTINCT step FROM histogram WHERE run = ? ORDER BY step')
    .pluck()
    .all(run);
  if (steps.length <= MOST_STEPS) return;
  const remove = database.prepare('DELETE FROM histogram WHERE run = ? AND step = ?');
  // The first and the newest stay.
  steps.forEach((step, index) => {
    if (index % 2 === 1 && index < steps.length - 1) remove.run(run, step);
  });
}

/** Writes how tensors were spread at a step; what a resumed run is about to do again is forgotten. */
export function writeHistograms(
  log: Log,
  runId: string,
  { epoch, step }: { readonly epoch: number; readonly step: number },
  histograms: readonly Counted[],
): void {
  log.write('write histograms', (database) => {
    const { number: run } = findRun(database, runId);
    const numberOf = tensorNumbers(database);
    database.prepare('DELETE FROM histogram WHERE run = ? AND step >= ?').run(run, step);
    const insert = database.prepare(
      'INSERT INTO histogram (run, tensor, step, epoch, low, high, counts) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    for (const { tensor, low, high, counts } of histograms) {
      const bytes = Buffer.alloc(4 * counts.length);
      counts.forEach((count, bin) => bytes.writeUInt32LE(count, 4 * bin));
      insert.run(run, numberOf(tensor), step, epoch, low, high, bytes);
    }
    thin(database, run);
  });
}

interface Row {
  readonly tensor: string;
  readonly step: number;
  readonly epoch: number;
  readonly low: number;
  readonly high: number;
  readonly counts: Buffer;
}

/** The histograms of a run by tensor, their steps in order. @param tensor one alone; null for all @throws ThawError `run.unknown` */
export function readHistograms(log: Log, runId: string, tensor: string | null): TensorHistograms[] {
  return log.read('read histograms', (database) => {
    const rows = database
      .prepare<{ run: number; tensor: string | null }, Row>(
        `SELECT tensor.name AS tensor, step, epoch, low, high, counts FROM histogram
         JOIN tensor ON tensor.number = histogram.tensor
         WHERE run = :run AND (:tensor IS NULL OR tensor.name = :tensor) ORDER BY tensor.name, step`,
      )
      .all({ run: findRun(database, runId).number, tensor });
    return [...Map.groupBy(rows, (row) => row.tensor)].map(([name, own]) => ({
      tensor: name,
      steps: own.map(({ step, epoch, low, high, counts }) => ({
        step,
        epoch,
        low,
        high,
        counts: Uint32Array.from({ length: Math.floor(counts.length / 4) }, (_, bin) => counts.readUInt32LE(4 * bin)),
      })),
    }));
  });
}
