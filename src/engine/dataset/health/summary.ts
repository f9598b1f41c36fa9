import type { DatasetHealth } from '../../../shared/contract/dataset-health.ts';
import { extremes, type ExaminedImage } from './findings.ts';

/** Of at least one number. */
function spreadOf(values: readonly number[]): { least: number; median: number; most: number } {
  const ordered = Float64Array.from(values).sort();
  const middle = ordered.length >> 1;
  const median = ordered.length % 2 === 1 ? ordered[middle] : ((ordered[middle - 1] ?? 0) + (ordered[middle] ?? 0)) / 2;
  return { least: ordered[0] ?? 0, median: median ?? 0, most: ordered.at(-1) ?? 0 };
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
