import type { ComparedMetric } from '../../../../shared/contract/compare.ts';

export interface MetricCell {
  readonly value: number | null;
  /** To the first run; null for that itself, where one of both is not known, or they are the same. */
  readonly difference: number | null;
  readonly verdict: 'better' | 'worse' | null;
  /** Whether no other run has a better value, and one has a worse. */
  readonly isBest: boolean;
}

/** What each run came to beside the first. */
export function metricCells(values: ComparedMetric['best'], better: ComparedMetric['better']): MetricCell[] {
  const [first = null] = values;
  const known = values.filter((value) => value !== null);
  const best = better === 'higher' ? Math.max(...known) : Math.min(...known);
  const varies = known.some((value) => value !== known[0]);
  return values.map((value, index) => {
    const difference = index === 0 || value === null || first === null || value === first ? null : value - first;
    const isRise = difference !== null && difference > 0;
    const verdict =
      difference === null || better === null ? null : isRise === (better === 'higher') ? 'better' : 'worse';
    return { value, difference, verdict, isBest: better !== null && varies && value === best };
  });
}
