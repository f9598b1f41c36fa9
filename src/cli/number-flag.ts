import { InvalidArgumentError } from 'commander';

interface Range {
  readonly least: number;
  readonly most?: number;
}

function inRange(value: number, { least, most }: Range): boolean {
  return value >= least && (most === undefined || value <= most);
}

function words({ least, most }: Range): string {
  return most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
}

/** Parses a flag's value that must be a whole number. */
export function wholeNumber(range: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && inRange(value, range)) return value;
    throw new InvalidArgumentError(`It must be a whole number ${words(range)}.`);
  };
}

/** Parses a flag's value that must be a number; `least` and `most` are allowed unless `above` excludes the least. */
export function decimalNumber(
  range: Range & { readonly above?: boolean; readonly below?: boolean },
): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const excluded = (range.above === true && value === range.least) || (range.below === true && value === range.most);
    if (Number.isFinite(value) && inRange(value, range) && !excluded) return value;
    const least = range.above === true ? `more than ${range.least}` : `at least ${range.least}`;
    const most = range.most === undefined ? '' : ` and ${range.below === true ? 'less than' : 'at most'} ${range.most}`;
    throw new InvalidArgumentError(`It must be a number of ${least}${most}.`);
  };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Parses a size in bytes: `20GiB`, `1.5 TB`, `1000000000`. */
export function byteCount(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  const size = Math.round(Number(amount) * (factor ?? Number.NaN));
  if (amount !== '' && Number.isSafeInteger(size)) return size;
  throw new InvalidArgumentError('It must be a number of bytes, such as 20GiB or 500MB.');
}
