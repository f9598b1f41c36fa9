import type { RunStatus, RunSummary } from '../../../shared/contract/run.ts';

export const SORT_KEYS = [
  'name',
  'status',
  'dataset',
  'network',
  'strategy',
  'epochsDone',
  'bestValAccuracy',
  'createdAt',
  'seconds',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface RunFilter {
  readonly text: string;
  /** null means every one. */
  readonly status: RunStatus | null;
}

export const NEWEST_FIRST: SortOrder = { key: 'createdAt', descending: true };
export const NO_FILTER: RunFilter = { text: '', status: null };

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** From a run's creation to its end; null while it has none. */
export function secondsTaken({ createdAt, endedAt }: RunSummary): number | null {
  return endedAt === null ? null : (endedAt - createdAt) / 1000;
}

function valueOf(run: RunSummary, key: SortKey): string | number | null {
  return key === 'seconds' ? secondsTaken(run) : run[key];
}

/** Runs in order. What is not known comes last either way; among equals, the newest first. */
export function sortRuns(runs: readonly RunSummary[], { key, descending }: SortOrder): RunSummary[] {
  const sign = descending ? -1 : 1;
  return [...runs].sort((first, second) => {
    const left = valueOf(first, key);
    const right = valueOf(second, key);
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
    } else {
      const order =
        typeof left === 'string' || typeof right === 'string'
          ? collator.compare(String(left), String(right))
          : left - right;
      if (order !== 0) return order * sign;
    }
    return second.createdAt - first.createdAt;
  });
}

/** Runs of a status that have every word of the text in one of their names. */
export function filterRuns(runs: readonly RunSummary[], { text, status }: RunFilter): RunSummary[] {
  const wanted = text
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return runs.filter((run) => {
    if (status !== null && run.status !== status) return false;
    const names = [run.name, run.runId, run.dataset, run.network, run.strategy].join('\n').toLocaleLowerCase();
    return wanted.every((word) => names.includes(word));
  });
}
