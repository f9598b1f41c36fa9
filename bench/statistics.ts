import type { BenchResult, Interval } from './bench.ts';

/** The value below which a share of all lies, between two neighbours by linear interpolation. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new TypeError('A quantile needs at least one value.');
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

const quartiles = (values: readonly number[]): Interval => [quantile(values, 0.25), quantile(values, 0.75)];

/** What was measured of one thing: the nth values of both sides come from runs that followed each other. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly thaw: readonly number[];
  /** null where the peer is absent, or its system does not tell. */
  readonly peer: readonly number[] | null;
  readonly peerName: string | null;
  readonly target?: { readonly of: 'ratio' | 'thaw'; readonly value: number };
}

function isMet({ better, target }: Comparison, thaw: number, ratioSpread: Interval | null): boolean | null {
  if (!target) return null;
  if (target.of === 'thaw') return better === 'higher' ? thaw >= target.value : thaw <= target.value;
  // On a shared machine runs vary by tenths: a target counts as met when the middle half of the ratios reaches it.
  return ratioSpread && ratioSpread[1] >= target.value;
}

/** Medians, their ratio and its spread. */
export function compare(comparison: Comparison): BenchResult {
  const { name, unit, better, peerName, target } = comparison;
  const thaw = median(comparison.thaw);
  const peer = comparison.peer && median(comparison.peer);
  const advantage = (ours: number, theirs: number): number => (better === 'higher' ? ours / theirs : theirs / ours);
  const pairs = comparison.peer?.flatMap((theirs, index) => {
    const ours = comparison.thaw[index];
    return ours === undefined ? [] : [advantage(ours, theirs)];
  });
  const ratioSpread = pairs ? quartiles(pairs) : null;
  return {
    name,
    unit,
    thaw,
    peer,
    peerName,
    ratio: peer === null ? null : advantage(thaw, peer),
    target: target?.value ?? null,
    met: isMet(comparison, thaw, ratioSpread),
    better,
    targetOf: target?.of ?? null,
    runs: comparison.thaw.length,
    thawSpread: quartiles(comparison.thaw),
    peerSpread: comparison.peer && quartiles(comparison.peer),
    ratioSpread,
  };
}
