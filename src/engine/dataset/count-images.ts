import type { Dataset, Split } from './dataset.ts';

const counts = new WeakMap<Dataset, Readonly<Record<Split, number>>>();

/** How many images each split has; counted once a dataset. */
export function countImages(dataset: Dataset): Readonly<Record<Split, number>> {
  const known = counts.get(dataset);
  if (known) return known;
  const counted = { train: 0, validation: 0, test: 0 };
  for (const { split } of dataset.images) counted[split] += 1;
  counts.set(dataset, counted);
  return counted;
}
