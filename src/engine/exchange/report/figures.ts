/** Figures as the report shows them, for people. */

export const NOTHING = '–';

export function share(value: number | null): string {
  return value === null ? NOTHING : `${(value * 100).toFixed(1)} %`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Four significant digits. */
export function plain(value: number | null): string {
  if (value === null) return NOTHING;
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

export function duration(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

export function memory(bytes: number | null): string {
  if (bytes === null) return NOTHING;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** UTC, so that a report says the same wherever it is made. */
export function moment(milliseconds: number | null): string {
  return milliseconds === null ? NOTHING : `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
