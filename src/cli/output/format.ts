const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const CONTROL = /\p{Cc}/gu;
const segmenter = new Intl.Segmenter();

/** File and class names are anybody's: what would steer a terminal is shown as a replacement character. */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, '\ufffd');
}

/** Columns that text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** 1,234,567 */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

export function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = value;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount.toFixed(unit === 0 || amount >= 100 ? 0 : 1)} ${units[unit] ?? ''}`;
}

/** 0.42 s, 12.3 s, 4 min 05 s, 2 h 03 min */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${rest(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${rest(minutes % 60)} min`;
}

/** Local date and time to the minute, 2026-11-23 23:10. */
export function moment(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
