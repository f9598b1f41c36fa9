import { SPREAD_BINS, type DatasetHealth } from '../../../shared/contract/dataset-health.ts';
import { extremes, type ExaminedImage } from './findings.ts';

type Spread = NonNullable<DatasetHealth['sizes']>['width'];

/** How many values lie in each bin, which grow by one factor from the least to the most: one huge image flattens no other. */
function binned(values: readonly number[], least: number, most: number): number[] {
  const counts = Array.from({ length: SPREAD_BINS }, () => 0);
  const range = Math.log(most / least);
  for (const value of values) {
    // All of one value stand in the middle.
    const place = range > 0 ? Math.log(value / least) / range : 0.5;
    const bin = Math.min(SPREAD_BINS - 1, Math.floor(place * SPREAD_BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Of at least one number above 0. */
function spreadOf(values: readonly number[]): Spread {
  const ordered = Float64Array.from(values).sort();
  const middle = ordered.length >> 1;
  const median = ordered.length % 2 === 1 ? ordered[middle] : ((ordered[middle - 1] ?? 0) + (ordered[middle] ?? 0)) / 2;
  const [least, most] = [ordered[0] ?? 1, ordered.at(-1) ?? 1];
  return { least, median: median ?? least, most, counts: binned(values, least, most) };
}

/** What the images of a dataset are like, all together. */
export function summarise(
  images: readonly ExaminedImage[],
): Pick<DatasetHealth, 'sizes' | 'formats' | 'channels' | 'imbalance'> {
  const measures = images.flatMap(({ measured }) => (measured.kind === 'measures' ? [measured.measures] : []));
  const formats: Record<string, number> = {};
  const channels = { grey: 0, colour: 0, cmyk: 0, transparent: 0 };
  for (const { format, channels: own, transparent } of measures) {
    formats[format] = (formats[format] ?? 0) + 1;
    channels[own] += 1;
    if (transparent) channels.transparent += 1;
  }
  const found = extremes(images);
  return {
    sizes:
      measures.length === 0
        ? null
        : {
            width: spreadOf(measures.map(({ width }) => width)),
            height: spreadOf(measures.map(({ height }) => height)),
            aspectRatio: spreadOf(measures.map(({ width, height }) => width / height)),
          },
    formats,
    channels,
    imbalance: found === null ? null : found.largest[1] / found.smallest[1],
  };
}
