import type { Request } from '../../shared/contract/endpoint.ts';
import { STRATEGIES, type Strategy } from '../../shared/contract/plan.ts';
import { MOST_SWEPT } from '../../shared/contract/queue.ts';
import { queue } from '../strings/queue.ts';

/** A sweep as it is typed: values separated by commas; what is empty stays as planned. */
export interface SweepDraft {
  readonly learningRate: string;
  readonly strategies: readonly Strategy[];
  readonly boundary: string;
  readonly seed: string;
}

export const EMPTY_SWEEP: SweepDraft = { learningRate: '', strategies: [], boundary: '', seed: '' };
export const SWEPT_TEXTS = ['learningRate', 'boundary', 'seed'] as const;
export type SweptText = (typeof SWEPT_TEXTS)[number];

type SweepValues = Request<'queue.sweep'>['values'];

export interface ReadSweep {
  readonly values: SweepValues;
  /** How many runs result; 0 where nothing is swept. */
  readonly runs: number;
  /** What cannot be read, by field. */
  readonly problems: { readonly [Field in SweptText]?: string };
  /** What is wrong with the whole of it; null where nothing is. */
  readonly problem: string | null;
}

const LARGEST_SEED = 0xffffffff;

interface ReadList<Value> {
  readonly values: readonly Value[];
  readonly problem: string | null;
}

/** @param read null for what is no such value */
function readList<Value extends string | number>(
  text: string,
  read: (part: string) => Value | null,
  wrong: (part: string) => string,
): ReadList<Value> {
  const values: Value[] = [];
  // A comma in an expression between slashes is part of it.
  const parts = text.match(/\s*\/(?:\\.|[^/\\])*\/\s*|[^,]+/g) ?? [];
  for (const part of parts.map((given) => given.trim()).filter((given) => given !== '')) {
    const value = read(part);
    if (value === null) return { values: [], problem: wrong(part) };
    if (values.includes(value)) return { values: [], problem: queue.sweep.twice(part) };
    values.push(value);
  }
  return { values, problem: null };
}

function readRate(part: string): number | null {
  const value = Number(part);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function readSeed(part: string): number | null {
  return /^\d+$/.test(part) && Number(part) <= LARGEST_SEED ? Number(part) : null;
}

/** What a typed sweep asks for, how many runs that is, and what is wrong with it. */
export function readSweep(draft: SweepDraft): ReadSweep {
  const rates = readList(draft.learningRate, readRate, queue.sweep.notNumber);
  const boundaries = readList(
    draft.boundary,
    (part) => part,
    (part) => part,
  );
  const seeds = readList(draft.seed, readSeed, queue.sweep.notSeed);
  const strategies = STRATEGIES.filter((strategy) => draft.strategies.includes(strategy));
  const values: SweepValues = {
    ...(rates.values.length > 0 && { learningRate: [...rates.values] }),
    ...(strategies.length > 0 && { strategy: [...strategies] }),
    ...(boundaries.values.length > 0 && { boundary: [...boundaries.values] }),
    ...(seeds.values.length > 0 && { seed: [...seeds.values] }),
  };
  const lengths = [rates, { values: strategies }, boundaries, seeds].map((list) => list.values.length);
  const listed = lengths.filter((length) => length > 0);
  const runs = listed.length === 0 ? 0 : listed.reduce((product, length) => product * length, 1);
  const problems = {
    ...(rates.problem !== null && { learningRate: rates.problem }),
    ...(boundaries.problem !== null && { boundary: boundaries.problem }),
    ...(seeds.problem !== null && { seed: seeds.problem }),
  };
  return { values, runs, problems, problem: runs > MOST_SWEPT ? queue.sweep.tooMany(runs, MOST_SWEPT) : null };
}
