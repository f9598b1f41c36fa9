/**
 * Trains on the sample's training pictures from the shipped weights and from scratch, over equal epochs and five seeds,
 * and measures on pictures not trained on: `node scripts/bootstrap/run.mjs scripts/sample/measure-transfer.ts [epochs]`.
 * Prints JSON.
 */
import { mkdir } from 'node:fs/promises';
import { cacheFolder } from './folders.ts';
import { MEASURED_TASK } from './tasks.ts';
import { thawTrain } from './thaw-train.ts';
import { writeDataset } from './write-dataset.ts';

const SEEDS = [1, 2, 3, 4, 5];
const RUNS = [
  { name: 'features', flags: ['--strategy', 'features'] },
  { name: 'finetune', flags: ['--strategy', 'finetune'] },
  { name: 'scratch', flags: ['--strategy', 'scratch'] },
  // The choice that suits a new network best, so that the margin does not rest on a poor opponent.
  { name: 'scratch, adam', flags: ['--strategy', 'scratch', '--optimizer', 'adam', '--batch', '16'] },
] as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const epochs = Number(process.argv[2] ?? 30);
const images = cacheFolder('sample-measured');
const home = cacheFolder('sample-runs');
await mkdir(home, { recursive: true });
await writeDataset('measured', images, (drawn, classes) => console.error(`${drawn} of ${classes} classes drawn`));

const results = [];
for (const { name, flags } of RUNS) {
  const final: number[] = [];
  const best: number[] = [];
  for (const seed of SEEDS) {
    const common = ['--dataset', images, '--epochs', String(epochs), '--seed', String(seed)];
    const { finalValAccuracy, bestValAccuracy } = await thawTrain(home, [...common, ...flags]);
    final.push(finalValAccuracy ?? Number.NaN);
    best.push(bestValAccuracy ?? Number.NaN);
  }
  results.push({ name, meanFinal: mean(final), meanBest: mean(best), final, best });
}
console.log(JSON.stringify({ epochs, seeds: SEEDS, picturesPerClass: MEASURED_TASK.counts, results }, null, 2));
