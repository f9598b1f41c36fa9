import { HISTOGRAM_BINS, type ChannelLevels, type PixelStatistics } from '../../shared/contract/image-inspection.ts';

function levelsOf(counts: Uint32Array<ArrayBuffer>): ChannelLevels {
  let [total, sum, squares] = [0, 0, 0];
  counts.forEach((amount, level) => {
    total += amount;
    sum += amount * level;
    squares += amount * level * level;
  });
  if (total === 0) return { counts, mean: 0, standardDeviation: 0 };
  const mean = sum / total;
  return { counts, mean, standardDeviation: Math.sqrt(Math.max(0, squares / total - mean * mean)) };
}

/**
 * Counts the levels of an image's channels and of its luminance.
 *
 * @param pixels [places, 3] uint8, RGB
 */
export function pixelStatistics(pixels: Uint8Array): PixelStatistics {
  const red = new Uint32Array(HISTOGRAM_BINS);
  const green = new Uint32Array(HISTOGRAM_BINS);
  const blue = new Uint32Array(HISTOGRAM_BINS);
  const luminance = new Uint32Array(HISTOGRAM_BINS);
  const count = (counts: Uint32Array, level: number): void => {
    counts[level] = (counts[level] ?? 0) + 1;
  };
  const counted = Math.floor(pixels.length / 3);
  for (let at = 0; at < counted * 3; at += 3) {
    const [r, g, b] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    count(red, r);
    count(green, g);
    count(blue, b);
    count(luminance, Math.round(0.299 * r + 0.587 * g + 0.114 * b));
  }
  return {
    counted,
    red: levelsOf(red),
    green: levelsOf(green),
    blue: levelsOf(blue),
    luminance: levelsOf(luminance),
  };
}
