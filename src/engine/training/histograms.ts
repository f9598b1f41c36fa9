import type { Introspection } from '../graph/introspection.ts';
import type { Session } from '../runtime/session.ts';
import type { Feeds } from './batch-source.ts';

/** As many as a chart of so small a thing can show. */
const BINS = 30;

/** How the values of a tensor are spread. */
export interface TensorHistogram {
  readonly tensor: string;
  /** The least and the greatest of its finite values; both 0 where it has none. */
  readonly low: number;
  readonly high: number;
  /** Of equal parts of the way from `low` to `high`, each with its lower end; the last with the upper one too. */
  readonly counts: Uint32Array;
}

/** Counts values; those that are not finite are left out. */
export function histogramOf(tensor: string, values: ArrayLike<number>): TensorHistogram {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const counts = new Uint32Array(BINS);
  if (low > high) return { tensor, low: 0, high: 0, counts };
  const scale = high > low ? BINS / (high - low) : 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(BINS - 1, Math.floor((value - low) * scale));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { tensor, low, high, counts };
}

/**
 * How the head's weights are spread as they are now, and the logits that they give of a batch; nothing changes by it.
 *
 * @param feeds those of `train` without the rate
 */
export function observe(session: Session, { observed }: Introspection, feeds: Feeds): readonly TensorHistogram[] {
  const output = session.run('observe', feeds);
  return observed.flatMap((tensor, index) => {
    const values = output[`value_${index}`]?.data;
    return values instanceof Float32Array ? [histogramOf(tensor, values)] : [];
  });
}
