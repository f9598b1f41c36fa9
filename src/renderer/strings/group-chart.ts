import type { GroupAxis } from '../../shared/contract/group-results.ts';
import { count, duration, percent } from './format.ts';

const categories: Readonly<Record<string, string>> = {
  features: 'Only the head',
  finetune: 'Fine-tuning',
  scratch: 'From scratch',
};

/** Words of what became of a group of runs. */
export const groupChart = {
  title: (name: string) => `Group: ${name}`,
  by: {
    strategy: 'Strategy',
    boundary: 'Trains from',
    learningRate: 'Learning rate',
    run: 'Run',
  } satisfies Readonly<Record<GroupAxis, string>>,
  /** A category of an axis. */
  category: (axis: GroupAxis, value: string) => (axis === 'strategy' ? (categories[value] ?? value) : value),
  axis: 'Best validation accuracy',
  legend: 'A point is a run, the bar their mean.',
  table: (name: string) => `What the runs of the group ${name} came to`,
  mean: 'Mean',
  range: 'Least to greatest',
  time: 'Time of one',
  runs: 'Runs, by seed',
  seed: (seed: number, accuracy: number | null) => `seed ${seed}${accuracy === null ? '' : ` (${percent(accuracy)})`}`,
  rangeOf: (least: number, greatest: number) => `${percent(least)} to ${percent(greatest)}`,
  none: '–',
  percent,
  duration,
  wins: (gain: number, transfer: string, reached: number, scratch: number, seeds: number) =>
    `Transfer beats training from scratch by ${(gain * 100).toFixed(1)} points: ${transfer.toLowerCase()} ${percent(reached)}, from scratch ${percent(scratch)}, ${seeds === 1 ? 'one seed' : `means of ${count(seeds)} seeds`}.`,
  loses: (gain: number, reached: number, scratch: number) =>
    `Transfer does not beat training from scratch: it is ${(Math.abs(gain) * 100).toFixed(1)} points below (${percent(reached)} to ${percent(scratch)}).`,
  unclear: 'Some runs of either lie within those of the other.',
} as const;
