import { QueryError } from './query-error.ts';
import type { Literal } from './syntax.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(%?)$/i;
const DURATION = /^(?:(\d+(?:\.\d+)?)(w|d|h|min|m|s))/i;
const TIME = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?)?$/i;

const SECONDS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, min: 60, m: 60, s: 1 };

/** `0.9`, `1e-3`, `90%`; null for what is no number. */
export function readNumber(text: string): number | null {
  const percent = NUMBER.exec(text)?.[1];
  if (percent === undefined) return null;
  const number = Number(text.slice(0, text.length - percent.length));
  if (!Number.isFinite(number)) return null;
  return percent === '' ? number : number / 100;
}

/** Seconds of `90s`, `1h30m`, `7d`; null for what is none. */
function readDuration(text: string): number | null {
  let rest = text;
  let seconds = 0;
  while (rest !== '') {
    const [whole, amount, unit] = DURATION.exec(rest) ?? [];
    if (whole === undefined) return null;
    seconds += Number(amount) * (SECONDS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
    rest = rest.slice(whole.length);
  }
  return text === '' || !Number.isFinite(seconds) ? null : seconds;
}

/** Milliseconds since 1970 of a stretch of time; `to` is the first beyond it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

function localDay(now: Date, days: number): Stretch {
  const day = (shift: number): number => new Date(now.getFullYear(), now.getMonth(), now.getDate() + shift).getTime();
  return { from: day(days), to: day(days + 1) };
}

/** What `2026-11`, `2026-11-01`, `2026-11-01 14:30` take up, local time where no zone is said; null for what is no such time. */
function readCalendar(text: string): Stretch | null {
  const [matched, year, month, day, hour, minute, second, zone] = TIME.exec(text) ?? [];
  if (matched === undefined) return null;
  const [y, m, d] = [Number(year), Number(month), Number(day ?? 1)];
  const date = new Date(y, m - 1, d);
  if (date.getMonth() !== m - 1 || date.getDate() !== d) return null;
  if (day === undefined) return { from: date.getTime(), to: new Date(y, m, 1).getTime() };
  if (hour === undefined) return { from: date.getTime(), to: new Date(y, m - 1, d + 1).getTime() };
  const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${zone?.toUpperCase() ?? ''}`);
  return Number.isNaN(from) ? null : { from, to: from + (second === undefined ? 60_000 : 1000) };
}

function readTime(text: string, now: Date): Stretch | null {
  const word = text.toLowerCase();
  if (word === 'today') return localDay(now, 0);
  if (word === 'yesterday') return localDay(now, -1);
  const ago = /^(.*\S)\s*ago$/.exec(word)?.[1];
  if (ago === undefined) return readCalendar(text);
  const seconds = readDuration(ago.replaceAll(' ', ''));
  if (seconds === null) return null;
  const from = now.getTime() - Math.round(seconds * 1000);
  return { from, to: from + 1 };
}

function mismatch(literal: Literal, rule: string, hint: string): QueryError {
  return new QueryError('usage.invalid', literal, `${rule}, and '${literal.text.slice(0, 100)}' is none`, hint);
}

const TRUTHS: Readonly<Record<string, 0 | 1>> = { true: 1, yes: 1, false: 0, no: 0 };

/** 1 for `true`, 0 for `false`; null for what is neither. */
export function readTruth(text: string): 0 | 1 | null {
  const word = text.toLowerCase();
  return Object.hasOwn(TRUTHS, word) ? (TRUTHS[word] ?? null) : null;
}

/** @throws QueryError `usage.invalid` */
export function truthOf(literal: Literal, key: string): 0 | 1 {
  const truth = readTruth(literal.text);
  if (truth === null) throw mismatch(literal, `${key} is true or false`, 'Write true or false.');
  return truth;
}

/** @throws QueryError `usage.invalid` */
export function numberOf(literal: Literal, key: string): number {
  const number = readNumber(literal.text);
  if (number === null) throw mismatch(literal, `${key} is a number`, 'Write a number: 0.9, 1e-3 or 90%.');
  return number;
}

/** @returns seconds @throws QueryError `usage.invalid` */
export function durationOf(literal: Literal, key: string): number {
  const seconds = readNumber(literal.text) ?? readDuration(literal.text.replaceAll(' ', ''));
  if (seconds === null) {
    throw mismatch(
      literal,
      `${key} is a length of time`,
      'Write seconds, or a length such as 90s, 45min, 1h30m or 7d.',
    );
  }
  return seconds;
}

/**
 * A day means all of it, a minute all of that: runs of that day are `= 2026-11-01`, those after it `>`.
 *
 * @throws QueryError `usage.invalid`
 */
export function timeOf(literal: Literal, key: string, now: Date): Stretch {
  const stretch = readTime(literal.text.trim(), now);
  if (stretch === null) {
    throw mismatch(literal, `${key} is a time`, 'Write 2026-11-01, "2026-11-01 14:30", today, yesterday or 7d ago.');
  }
  return stretch;
}
