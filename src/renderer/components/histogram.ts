/** Bars of a histogram as one path in a box of `width` × `height`, the highest bar as high as the box. */
export function histogramPath(counts: Uint32Array, width: number, height: number): string {
  const highest = counts.reduce((most, amount) => Math.max(most, amount), 0);
  if (highest === 0) return '';
  const step = width / counts.length;
  const bars: string[] = [];
  counts.forEach((amount, index) => {
    if (amount === 0) return;
    // A bin with one value in a million is still seen.
    const bar = Math.max(1, (amount / highest) * height);
    const [left, right] = [index * step, (index + 1) * step];
    bars.push(`M${left.toFixed(2)} ${height}V${(height - bar).toFixed(2)}H${right.toFixed(2)}V${height}Z`);
  });
  return bars.join('');
}
