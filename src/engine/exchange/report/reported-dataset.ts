import type { SPLITS } from '../../../shared/contract/splits.ts';

/** A class with its images of each split. */
export interface ReportedClass extends Readonly<Record<(typeof SPLITS)[number], number>> {
  readonly name: string;
}

/** What a report shows of a run's dataset beside what the log knows of it. */
export interface ReportedDataset {
  /** What was decided of its images, in words; null where that is nothing. */
  readonly decided: string | null;
  /** null where they cannot be counted any more; `missing` says why. */
  readonly classes: readonly ReportedClass[] | null;
  /** For people, a sentence; null where nothing is missing. */
  readonly missing: string | null;
}
