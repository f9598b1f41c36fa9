/** Figures for people, the same everywhere; every one carries its unit. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `21,802,784` */
export function count(value: number): string {
  return whole.format(value);
}

/** A share in [0, 1] as `90.2 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `40 MB`, `1.9 GB`: powers of 1000, as disks are sold. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = value;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount < 9.95 && unit > 0 ? amount.toFixed(1) : whole.format(amount)} ${units[unit] ?? ''}`;
}

/** `34 ms`, `0.4 s`, `17 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600)
    return rounded % 60 === 0 ? `${rounded / 60} min` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
  const minutes = Math.round(rounded / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `14×14×128` */
export function shape(sizes: readonly number[]): string {
  return sizes.join('×');
}

/** Four significant digits: `0.2713`, `1.234e-5`. */
export function metric(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? Number(value.toPrecision(4)).toString() : value.toExponential(3);
}
