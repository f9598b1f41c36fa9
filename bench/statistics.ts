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

const RESAMPLES = 2000;

/**
 * Where the ratio of medians lies in 80 of 100 cases: rounds are drawn again and again from those that were measured, each
 * with both its sides, because they share what slowed the machine (Efron's bootstrap, 1979). Seeded, so that the same runs
 * give the same interval.
 */
function ratioInterval(
  ours: readonly number[],
  theirs: readonly number[],
  advantage: (ours: number, theirs: number) => number,
): Interval {
  const rounds = ours.flatMap((value, index) => {
    const other = theirs[index];
    return other === undefined ? [] : [[value, other] as const];
  });
  let state = 1;
  const draw = (): readonly [number, number] => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const round = rounds[Math.floor((state / 2 ** 32) * rounds.length)];
    if (!round) throw new TypeError('A ratio needs at least one round.');
    return round;
  };
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = rounds.map(draw);
    return advantage(median(drawn.map(([our]) => our)), median(drawn.map(([, their]) => their)));
  });
  return [quantile(ratios, 0.1), quantile(ratios, 0.9)];
}

function isMet({ better, target }: Comparison, thaw: number, ratioSpread: Interval | null): boolean | null {
  if (!target) return null;
  if (target.of === 'thaw') return better === 'higher' ? thaw >= target.value : thaw <= target.value;
  // On a shared machine runs vary by tenths: a target counts as met when the ratio's interval reaches it.
  return ratioSpread && ratioSpread[1] >= target.value;
}

/** Medians, their ratio and its spread. */
export function compare(comparison: Comparison): BenchResult {
  const { name, unit, better, peerName, target } = comparison;
  const thaw = median(comparison.thaw);
  const peer = comparison.peer && median(comparison.peer);
  const advantage = (ours: number, theirs: number): number => (better === 'higher' ? ours / theirs : theirs / ours);
  const ratioSpread = comparison.peer && ratioInterval(comparison.thaw, comparison.peer, advantage);
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
