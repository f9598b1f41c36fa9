import type { TriedRate } from '../../shared/contract/finders.ts';

/** Losses above what the search began with, by this share of the fall, are drawn at the upper rim. */
const HEADROOM = 0.3;

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where rates and losses lie in a frame: rates on a logarithmic scale, losses on an even one. */
export interface RateScale {
  readonly x: (rate: number) => number;
  /** Of a loss above the rim: the rim. */
  readonly y: (loss: number) => number;
  /** Powers of ten between the first and the last rate. */
  readonly powers: readonly number[];
  /** The least of all losses, and the rim. */
  readonly least: number;
  readonly rim: number;
  /** The place of the point that is nearest to there. */
  readonly nearest: (x: number) => number;
}

/** @returns null where there are too few points for a curve */
export function rateScale(points: readonly TriedRate[], frame: Frame): RateScale | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || !(last.rate > first.rate)) return null;
  const least = Math.min(...points.map(({ loss, smoothed }) => Math.min(loss, smoothed)));
  const rim = Math.min(
    Math.max(...points.map(({ smoothed }) => smoothed)),
    first.smoothed + HEADROOM * (first.smoothed - least || first.smoothed),
  );
  const width = frame.right - frame.left;
  const height = frame.bottom - frame.top;
  const span = Math.log(last.rate / first.rate);
  const x = (rate: number): number => frame.left + (Math.log(rate / first.rate) / span) * width;
  const y = (loss: number): number =>
    frame.bottom - ((Math.max(Math.min(loss, rim), least) - least) / (rim - least || 1)) * height;
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(first.rate) - 1e-9); power <= Math.log10(last.rate) + 1e-9; power++) {
    powers.push(power);
  }
  const nearest = (at: number): number => {
    const share = Math.min(1, Math.max(0, (at - frame.left) / width));
    return points.reduce(
      (best, { rate }, place) =>
        Math.abs(x(rate) - frame.left - share * width) <
        Math.abs(x(points[best]?.rate ?? 0) - frame.left - share * width)
          ? place
          : best,
      0,
    );
  };
  return { x, y, powers, least, rim, nearest };
}
