/**
 * Filters in multiples of 8, so that vector units are filled: the nearest one, but never less than nine tenths of what was
 * asked for (the reference code of MobileNetV2, https://arxiv.org/abs/1801.04381).
 */
export function divisible(filters: number): number {
  const nearest = Math.max(8, Math.floor((filters + 4) / 8) * 8);
  return nearest < 0.9 * filters ? nearest + 8 : nearest;
}
